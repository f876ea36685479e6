"""The report: says what was found, escapes what files say, refuses pictures it could not show."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.report import MatrixPart, ReportData, RunPart, SubjectPart, render, seizure_parts
from bandmap.report.page import FigurePathError
from bandmap.report.sentences import summary
from bandmap.report.tables import Cell, cell_of, short_number, table_of, title_of

SEIZURES = [
    {
        "dataset": "simulated", "subject": "S1", "recording": "S1_r1", "seizure": seizure, "outcome": outcome,
        "onset": onset, "offset": offset, "region": "frontal", "band": band, "importance": "0.1", "n_windows": "4",
    }
    for band in ("theta", "alpha")
    for seizure, outcome, onset, offset in (
        ("1", "hit", "10", "20.5"), ("2", "miss", "40", "60"), ("false-1", "false_alarm", "70", "80"),
        ("interictal", "interictal", "n/a", "n/a"),
    )
]  # fmt: skip
CELLS = tuple(
    {"dataset": "simulated", "subject": "S1", "region": "frontal", "band": band, "importance": value}
    for band, value in (("theta", "0.2"), ("alpha", "0.75"))
)
COHORT = tuple(
    {"region": "frontal", "band": row["band"], "importance": row["importance"], "low": "0.1", "high": "0.9"}
    | {"n_subjects": "1", "p": "n/a"}
    for row in CELLS
)
RECOVERED = {"method": "band_occlusion", "what": "region", "right": "9", "n": "10", "share": "0.9"}
SCORES = {
    "scorer": {"library": "timescoring 0.0.7", "event": {"toleranceStart": 30}},
    "settings": {"smooth_seconds": 5},
    "recordings": {"scored": 1, "expected": 2},
    "event": {
        "sensitivity": {"mean": 0.5, "sd": None, "low": None, "high": None, "n": 1},
        "precision": {"mean": None, "sd": None, "low": None, "high": None, "n": 0},
        "f1": {"mean": 0.25, "sd": 0.1, "low": 0.2, "high": 0.3, "n": 2},
    },
}
RUN = RunPart(
    "cwt_resnet18",
    "leave_one_subject_out",
    scores=({"dataset": "simulated", "subject": "S1", "sensitivity": "0.5"},),
    score_summary=SCORES,
    matrices=(MatrixPart("band_occlusion", "joint: band occlusion", COHORT, CELLS),),
    subjects=(
        SubjectPart("simulated", "S1", planted=("frontal", "alpha"), rank_one_share=0.7,
                    seizures=seizure_parts(SEIZURES)["simulated", "S1"]),
    ),
    planted_summary=({**RECOVERED, "low": "0.6", "high": "0.98"},),
)  # fmt: skip
DATA = ReportData("A run", (RUN,), ("simulated",), bands_hz={"theta": (4, 8)}, regions={"frontal": ["Fz"]})


def page_of(data, folder):
    render(data, folder / "index.html")
    return (folder / "index.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Collects start tags, ids and targets of links."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def all(self, name):
        return [attributes[name] for attributes in self.attributes if name in attributes]


def test_the_report_says_research_use_only_and_simulated(tmp_path):
    page = page_of(DATA, tmp_path)
    assert "Research use only" in page
    assert "come from a simulator" in page
    assert "come from a simulator" not in page_of(replace(DATA, simulated=()), tmp_path)


def test_the_summary_counts_seizures_and_names_the_largest_cell():
    said = " ".join(summary(DATA))
    assert "found 1 of 2 seizures of 1 subject" in said
    assert "with 1 false alarm." in said
    assert "the largest cell is frontal, alpha (0.75; interval 0.1 to 0.9; n = 1 subject)" in said
    assert "band_occlusion named the planted region in 9 of 10 subjects" in said


def test_the_summary_gives_the_scores_that_are_defined():
    assert "By event, mean over subjects: sensitivity 0.5, F1 0.25 (0.2 to 0.3)." in summary(DATA)


def test_the_scorers_parameters_stand_beside_the_scores(tmp_path):
    page = page_of(DATA, tmp_path)
    assert "<dt>event: toleranceStart</dt><dd>30</dd>" in page
    assert "<dt>smooth_seconds</dt><dd>5</dd>" in page


def test_the_summary_admits_that_there_is_nothing():
    empty = replace(RUN, matrices=(MatrixPart("band_occlusion", "joint"),), subjects=(), planted_summary=())
    said = " ".join(summary(replace(DATA, runs=(empty,))))
    assert "found 0 of 0 seizures" in said
    assert "has no value" in said


def test_a_report_without_any_run_is_a_page_all_the_same(tmp_path):
    assert "<h2>Terms</h2>" in page_of(ReportData("Nothing", ()), tmp_path)


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(
        lambda text: f"<b x='\"&{text}<script>"
    )
)
@settings(max_examples=15, deadline=None)
def test_text_of_a_header_never_becomes_markup(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("report")
    plain = Tags(page_of(DATA, folder)).tags
    (folder / "a.png").write_bytes(b"")
    subject = replace(RUN.subjects[0], subject=text, figure="a.png")
    data = replace(DATA, title=text, settings=text, provenance={text: text}, runs=(replace(RUN, subjects=(subject,)),))
    parsed = Tags(page_of(data, folder))
    tags = parsed.tags
    assert tags.count("script") == plain.count("script") == 1
    assert tags.count("b") == 0
    assert not any(re.fullmatch("x|on.*", name) for attributes in parsed.attributes for name in attributes)


def test_every_link_within_the_page_has_its_target_and_ids_are_unique(tmp_path):
    tags = Tags(page_of(replace(DATA, runs=(RUN, replace(RUN, model="other"))), tmp_path))
    ids = tags.all("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in tags.all("href") if href.startswith("#")} <= set(ids)


def test_the_page_asks_nothing_of_the_network(tmp_path):
    page = page_of(DATA, tmp_path)
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page


def test_a_part_of_the_recordings_scored_is_said_aloud(tmp_path):
    assert "1 of 2 recordings were scored" in page_of(DATA, tmp_path)
    assert "of a part of the recordings only" in page_of(DATA, tmp_path)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "https://example.org/a.png", "C:\\a.png", "javascript:alert(1)", "figures/none.png"]
)
def test_a_picture_that_is_not_beside_the_page_is_refused(tmp_path, path):
    with pytest.raises(FigurePathError, match=r"relative|no such file"):
        render(replace(DATA, quality_figure=path), tmp_path / "index.html")
    assert not list(tmp_path.iterdir())


def test_a_picture_with_a_strange_name_is_linked_so_that_it_is_found(tmp_path):
    (tmp_path / "a #1?.png").write_bytes(b"")
    assert 'src="a%20%231%3F.png"' in page_of(replace(DATA, quality_figure="a #1?.png"), tmp_path)


def test_the_same_data_give_the_same_page(tmp_path):
    assert page_of(DATA, tmp_path) == page_of(DATA, tmp_path)


def test_every_seizure_and_false_alarm_appears_once_and_the_time_between_them_not_at_all():
    parts = seizure_parts(SEIZURES, "figures/{recording}_{seizure}.png")["simulated", "S1"]
    assert [part.seizure for part in parts] == ["1", "2", "false-1"]
    assert (parts[0].onset, parts[0].offset, parts[0].figure) == (10, 20.5, "figures/S1_r1_1.png")


@pytest.mark.parametrize(
    ("value", "text"),
    [("n/a", "–"), (None, "–"), ("0.123456", "0.123"), ("-1.5", "−1.5"), ("300", "300"),
     ("007", "007"), ("1_000", "1_000"),
     ("nan", "nan"), ("1e-05", "1e−05"), (float("nan"), "–"), (2.0, "2"), ("1234.56", "1234.6")],
)  # fmt: skip
def test_cells_show_short_numbers_and_leave_names_alone(value, text):
    assert cell_of(value).text == text


@given(st.floats(-1e6, 1e6))
def test_a_short_number_is_near_the_number(value):
    assert float(short_number(value).replace("−", "-")) == pytest.approx(value, rel=6e-3, abs=1e-12)


def test_columns_are_named_with_their_units():
    assert [title_of(c) for c in ("flat_seconds", "rate_hz", "n_subjects", "onset")] == [
        "flat (s)",
        "rate (Hz)",
        "n subjects",
        "onset (s)",
    ]


def test_a_table_shows_a_dash_where_a_row_lacks_a_column():
    table = table_of([{"a": "1"}, {"a": "x", "b": "2"}], ["a", "b"])
    assert table.rows == ((Cell("1", 1.0), Cell("–")), (Cell("x"), Cell("2", 2.0)))
    assert table.columns == [("a", True), ("b", True)]


@pytest.mark.parametrize(("simulated", "warned"), [((), True), (("simulated",), False)])
def test_a_report_on_few_people_says_that_they_are_too_few(simulated, warned):
    one = RunPart("model", "scheme", subjects=(SubjectPart("mine", "01"),))
    sentences = summary(ReportData("title", (one,), simulated=simulated))
    assert any("1 subject: far too few" in sentence for sentence in sentences) is warned
