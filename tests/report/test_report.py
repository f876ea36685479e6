"""The report: says what was found, escapes what files say, refuses pictures it could not show, keeps tasks apart."""

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.report import render, seizure, sleep, trust
from bandmap.report import scores as score_sentences
from bandmap.report.content import (
    MatrixPart,
    NightPart,
    ReportData,
    RunPart,
    SubjectPart,
    seizure_parts,
)
from bandmap.report.heat import Annotation, heats_of
from bandmap.report.page import FigurePathError, page_names
from bandmap.report.sentences import of_matrix, of_run, of_size
from bandmap.report.tables import Cell, cell_of, short_number, spread_cell, table_of, title_of
from bandmap.report.views import overview
from bandmap.vocabulary.tables import CHANCE, FAITHFULNESS, POWER_CONTRAST, RECOVERY, WINDOWS

SEIZURES = pd.DataFrame(
    {
        "dataset": "simulated", "subject": "S1", "recording": "S1_r1", "seizure": seizure, "outcome": outcome,
        "onset": onset, "offset": offset, "region": "frontal", "band": band, "importance": 0.1, "n_windows": 4,
        "part": "whole",
    }
    for band in ("theta", "alpha")
    for seizure, outcome, onset, offset in (
        ("1", "hit", 10, 20.5), ("2", "miss", 40, 60), ("false-1", "false_alarm", 70, 80),
        ("interictal", "interictal", None, None),
    )
)  # fmt: skip
FOUND = {"class": "sz", "outcome": "hit", "part": "whole"}
CELLS = tuple(
    {"dataset": "simulated", "subject": "S1", "region": "frontal", "band": band, "importance": value, **FOUND}
    for band, value in (("theta", 0.2), ("alpha", 0.75))
)
COHORT = tuple(
    {"region": "frontal", "band": row["band"], "importance": row["importance"], "low": 0.1, "high": 0.9}
    | {"n_subjects": 2, "p": None, **FOUND}
    for row in CELLS
)
RECOVERED = {"method": "band_occlusion", "class": "sz", "what": "region", "right": 9, "n": 10, "share": 0.9}
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
    scores=pd.DataFrame([{"dataset": "simulated", "subject": "S1", "sensitivity": 0.5}]),
    score_summary=SCORES,
    matrices=(MatrixPart("band_occlusion", "joint: band occlusion", pd.DataFrame(COHORT), pd.DataFrame(CELLS)),),
    subjects=(
        SubjectPart("simulated", "S1", planted={"sz": ("frontal", "alpha")}, rank_one_share={"sz": 0.7},
                    seizures=seizure_parts(SEIZURES)["simulated", "S1"]),
    ),
    recovery=RECOVERY.frame([{**RECOVERED, "low": 0.6, "high": 0.98}]),
)  # fmt: skip
DATA = ReportData(
    "A run", (RUN,), scored={"cwt_resnet18": SCORES, "always-on": SCORES}, simulated=("simulated",),
    bands_hz={"theta": (4, 8)}, regions={"frontal": ["Fz"]},
)  # fmt: skip
STAGED = {"scorer": {"library": "scikit-learn 1.9.1"}, "settings": {}, "recordings": {"scored": 1, "expected": 1}} | {
    "epoch": dict.fromkeys(("kappa", "macro_f1", "accuracy"), SCORES["event"]["f1"])
    | {f"f1_{stage}": {"mean": mean} for stage, mean in (("W", 0.9), ("N1", 0.3))},
    "confusion": {"stages": ["W", "N1"], "epochs": [[6, 2], [0, 0]]},
}
STAGES = tuple(
    {**row, "class": stage, "outcome": "right", "importance": 0.1 * place}
    for stage in ("N2", "N3") for place, row in enumerate(CELLS if stage == "N2" else CELLS[::-1], start=1)
)  # fmt: skip
NIGHT = NightPart("S1_n1", minutes=pd.DataFrame(
    [{"statistic": "total_sleep_time", "reference_minutes": 400, "predicted_minutes": 390.5}]
))  # fmt: skip
ASLEEP = ReportData(
    "Nights",
    (
        RunPart(
            "freqcut_vit", "leave_one_subject_out",
            scores=pd.DataFrame(
                [{"dataset": "simulated", "subject": "S1", "epochs": 9, "kappa": 0.25, "macro_f1": 0.2}]
            ),
            score_summary=STAGED,
            matrices=(MatrixPart("band_occlusion", "joint: band occlusion", *[pd.DataFrame(STAGES)] * 2),),
            subjects=(SubjectPart("simulated", "S1", planted={"N2": ("frontal", "alpha"), "N3": ("frontal", "theta")},
                                  nights=(NIGHT,)),),
            recovery=RECOVERY.frame([{**RECOVERED, "class": c, "low": 0.6, "high": 0.98} for c in ("N2", "N3")]),
        ),
    ),
    task="sleep", scored={"freqcut_vit": STAGED}, simulated=("simulated",),
)  # fmt: skip


def page_of(data, folder, page="index.html"):
    render(data, folder / "index.html")
    return (folder / page).read_text(encoding="utf-8")


def pages_of(data, folder):
    render(data, folder / "index.html")
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def summary(data):
    """Return all sentences of a run of one model."""
    return of_size(data) + seizure.sentences(data.runs[0]) + seizure.floor(data) + of_run(data.runs[0])


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


def test_every_page_says_research_use_only_and_simulated(tmp_path):
    pages = pages_of(DATA, tmp_path)
    assert set(pages) == {"index.html", "pages/simulated-S1.html", "pages/terms.html", "pages/view.html"}
    assert all("Research use only" in page for page in pages.values())
    assert all("come from a simulator" in page for page in pages.values())
    assert "come from a simulator" not in page_of(replace(DATA, simulated=()), tmp_path)


def test_the_summary_counts_seizures_and_names_the_largest_cell():
    text = " ".join(summary(DATA))
    assert "found 1 of 2 seizures of 1 subject" in text
    assert "with 1 false alarm (events that overlap no seizure; the scores use a tolerance)." in text
    assert "the largest cell is frontal, alpha (0.75, interval 0.1 to 0.9, n = 2 subjects)" in text
    assert "band_occlusion named the planted region in 9 of 10 subjects" in text


@pytest.mark.parametrize(("floor", "warned"), [(9, True), (10, True), (8, False)])
def test_the_summary_warns_where_a_contrast_without_a_model_names_as_many_cells(floor, warned):
    both = {**RECOVERED, "what": "both", "low": 0.6, "high": 0.98}
    rows = [both, {**both, "method": POWER_CONTRAST, "right": floor}, {**both, "method": CHANCE, "right": None}]
    text = " ".join(summary(replace(DATA, runs=(replace(RUN, recovery=RECOVERY.frame(rows)),))))
    assert f"power contrast without a model named both in {floor} of 10 subjects" in text
    assert ("cannot tell a faithful map from a contrast of the data" in text) == warned
    assert "chance named" not in text


def test_the_summary_gives_the_scores_that_are_defined():
    assert "By event, mean over subjects: sensitivity 0.5, F1 0.25 (0.2 to 0.3)." in summary(DATA)
    assert "For comparison, the always-on detector, by event: sensitivity 0.5, F1 0.25 (0.2 to 0.3)." in summary(DATA)


def test_the_parameters_of_scoring_are_beside_the_scores(tmp_path):
    page = page_of(DATA, tmp_path)
    assert "event: toleranceStart 30, smooth_seconds 5." in page


def test_the_summary_of_an_empty_run_states_that_there_is_nothing():
    empty = replace(RUN, matrices=(MatrixPart("band_occlusion", "joint"),), subjects=(), recovery=RECOVERY.frame())
    text = " ".join(summary(replace(DATA, runs=(empty,))))
    assert "found 0 of 0 seizures" in text
    assert "has no value" in text


def test_a_report_without_any_run_is_a_page(tmp_path):
    for task in ("seizure", "sleep"):
        assert "<h1>Terms</h1>" in page_of(ReportData("Nothing", (), task), tmp_path, "pages/terms.html")


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(
        lambda text: f"<b x='\"&{text}<script>"
    )
)
@settings(max_examples=15)
def test_text_of_a_header_never_becomes_markup(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("report")
    plain = {name: Tags(page).tags.count("script") for name, page in pages_of(DATA, folder).items()}
    (folder / "a.png").write_bytes(b"")
    subject = replace(RUN.subjects[0], subject=text, figure="a.png")
    data = replace(DATA, title=text, settings=text, provenance={text: text}, runs=(replace(RUN, subjects=(subject,)),))
    pages = pages_of(data, folder)
    assert len(pages) == 5
    for name, page in pages.items():
        parsed = Tags(page)
        assert parsed.tags.count("script") == plain.get(name, plain["pages/simulated-S1.html"])
        assert parsed.tags.count("b") == 0
        assert not any(re.fullmatch("x|on.*", name) for attributes in parsed.attributes for name in attributes)


@pytest.mark.parametrize("data", [DATA, ASLEEP], ids=["seizure", "sleep"])
def test_every_link_has_its_target_and_ids_are_unique(tmp_path, data):
    pages = pages_of(replace(data, runs=(data.runs[0], replace(data.runs[0], model="other"))), tmp_path)
    ids = {name: Tags(page).all("id") for name, page in pages.items()}
    assert all(len(found) == len(set(found)) for found in ids.values())
    for name, page in pages.items():
        for href in Tags(page).all("href"):
            path, _, anchor = href.partition("#")
            if not href.startswith("data:"):
                target = os.path.normpath(Path(name).parent / path) if path else name
                assert target in pages
                if target == "pages/view.html":
                    assert re.fullmatch(r"simulated/S1_[rn]1\?at=[0-9.]+", anchor)  # a place, which its script reads
                else:
                    assert not anchor or anchor in ids[target]


def test_subjects_whose_names_would_give_the_same_file_have_separate_pages():
    people = [("a", "b-c"), ("a-b", "c"), ("x", "terms"), ("x", "t/1"), ("x", "t_1")]
    assert len(set(page_names(people).values())) == len(people)
    assert all(re.fullmatch(r"pages/[A-Za-z0-9_.+-]+\.html", page) for page in page_names(people).values())


def test_pages_of_sleep_do_not_mention_seizures(tmp_path):
    for name, page in pages_of(ASLEEP, tmp_path).items():
        shown = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
        assert not re.search("seizure|epilep|false alarm", shown, re.IGNORECASE), name


def test_a_night_has_its_agreement_and_a_matrix_for_each_stage(tmp_path):
    pages = pages_of(ASLEEP, tmp_path)
    index = re.sub(r"\s+", " ", pages["index.html"])
    assert "staged 8 epochs of 1 subject" in index
    assert "Cohen&#39;s kappa 0.25 (0.2 to 0.3)" in index
    assert "freqcut_vit stages W best (F1 0.9) and N1 worst (F1 0.3)." in index
    assert "the largest cell is of N2 frontal, alpha; of N3 frontal, theta." in index
    assert "band_occlusion named the planted region in 18 of 20 subjects and stages." in index
    assert 'title="2 of 8 epochs of W were predicted as N1 (25 %)"' in index
    assert "390.5" in pages["pages/simulated-S1.html"]


def test_a_cell_states_value_interval_n_and_whether_it_was_planted():
    annotation = Annotation("n_subjects", "subject", planted={"sz": ("frontal", "alpha")})
    table = pd.DataFrame(COHORT).assign(p=0.04, n_interpolated=1)
    (heat,) = heats_of(seizure.GROUPS[0], table, annotation)
    theta, alpha = heat.rows[0][1]
    text = "frontal, alpha: 0.75; interval 0.1 to 0.9; n = 2 subjects; p = 0.04; with interpolated channels; planted"
    assert alpha.about == text
    assert (alpha.text, alpha.small, alpha.strength, alpha.sign) == ("0.75 *", "0.10 to 0.90", 100, "hot")
    assert (theta.framed, alpha.framed) == (False, True)
    assert heat.note == "n = 2 subjects; *: p < 0.05; frame: planted; △: with interpolated channels"


FEW = {"low": None, "high": None, "values": "0.5, 1"}


def test_below_six_subjects_values_replace_the_interval():
    table = pd.DataFrame([{**row, **FEW} for row in COHORT])
    alpha = heats_of(seizure.GROUPS[0], table, Annotation("n_subjects", "subject"))[0].rows[0][1][1]
    assert (alpha.about, alpha.small) == ("frontal, alpha: 0.75; values 0.5, 1; n = 2 subjects", "0.50, 1.00")
    score = {"mean": 0.75, "sd": 0.35, "low": None, "high": None, "values": [0.5, 1.0], "n": 2}
    assert spread_cell(score) == Cell("0.75", 0.75, note="0.5, 1; n = 2")
    summary = {"event": {"f1": score}}
    assert score_sentences.sentence("Scores", summary, [("event", "f1", "F1")]) == "Scores: F1 0.75 (0.5, 1)."
    tested = FAITHFULNESS.frame([{**FAITHFUL.iloc[0], **FEW, "n": 2}])
    row = trust.table_rows(replace(RUN, faithfulness=tested))[0]
    assert row["fresh weights"] == Cell("0.12", 0.12, note="0.5, 1; n = 2")
    assert "(0.75, values 0.5, 1, n = 2 subjects)" in of_matrix(replace(RUN.matrices[0], cohort=table))
    for n_p, text in ((2, "p = 0.04, n = 2 subjects"), (1, "p = 0.04 of 1 subject, n = 2 subjects")):
        assert text in of_matrix(replace(RUN.matrices[0], cohort=table.assign(p=0.04, n_p=n_p)))


def test_matrices_of_one_group_share_one_scale_and_those_without_a_value_are_left_out():
    course = seizure.GROUPS[1]
    rows = [{**COHORT[0], "part": part, "importance": value}
            for part, value in (("onset", 0.00002), ("middle", -0.00004), ("end", None))]  # fmt: skip
    onset, middle = heats_of(course, pd.DataFrame(rows), Annotation("n_subjects", "subject"))
    assert [(h.title, h.rows[0][1][0].strength, h.rows[0][1][0].sign) for h in (onset, middle)] == [
        ("onset", 50, "hot"), ("middle", 100, "cold")]  # fmt: skip
    assert onset.rows[0][1][0].text == "2.00"
    assert "values × 10^−5" in onset.note


def test_one_table_has_all_models_with_the_number_of_scored_recordings():
    table = overview(DATA, seizure).scores
    assert [row[0].text for row in table.rows] == ["cwt_resnet18", "always-on"]
    assert table.rows[0][1].text == "1 of 2"
    assert table.rows[0][table.titles.index("F1")] == Cell("0.25", 0.25, note="0.2 to 0.3; n = 2")
    assert table.rows[0][table.titles.index("latency (s)")] == Cell("–")
    assert overview(ASLEEP, sleep).scores.rows[0][2].text == "0.25"


FAITHFUL = FAITHFULNESS.frame([
    {"method": method, "test": test, "level": level, "step": None, "mean": mean, "low": low, "high": 0.2}
    | {"values": None, "n": 9}
    for method, test, level, mean, low in (
        ("band_occlusion", "weights", "all", 0.12, 0.04), ("band_occlusion", "weights", "fc", 0.9, 0.8),
        ("band_occlusion", "deletion", "gain", 0.8, None), ("temporal_gradcam", "noise", "", 0.7, 0.5),
    )
])  # fmt: skip


def test_a_matrix_states_how_far_it_can_be_trusted(tmp_path):
    page = page_of(replace(DATA, runs=(replace(RUN, faithfulness=FAITHFUL),)), tmp_path)
    text = (
        "How far to trust it: similarity to the map with fresh weights 0.12 (0.04 to 0.2); deletion in its order "
        "exceeds random order by 0.8 log odds; it named the planted region in 9 of 10 subjects."
    )
    assert text in page
    assert text in (tmp_path / "pages/simulated-S1.html").read_text(encoding="utf-8")


def test_a_figure_of_tests_that_did_not_run_is_left_out(tmp_path):
    run = replace(RUN, faithfulness=FAITHFUL, faithfulness_figure="tested.svg")
    (tmp_path / "tested.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>")
    alone = replace(run, faithfulness=FAITHFUL[FAITHFUL["test"] == "noise"])
    shown, hidden = (page_of(replace(DATA, runs=(one,)), tmp_path) for one in (run, alone))
    assert "Similarity of maps as weights are replaced" in shown
    assert "How far maps can be trusted" in hidden
    assert "Similarity of maps as weights are replaced" not in hidden


def test_one_table_has_every_map_and_every_test(tmp_path):
    first, second = trust.table_rows(replace(RUN, faithfulness=FAITHFUL))
    assert (first["map"], second["map"]) == ("band_occlusion", "temporal_gradcam")
    assert first["fresh weights"] == Cell("0.12", 0.12, note="0.04 to 0.2; n = 9")
    assert first["deletion (log odds)"] == Cell("0.8", 0.8, note="n = 9")
    assert first["planted region"] == Cell("9 of 10", 0.9)
    assert (second["planted region"], second["fresh weights"]) == (None, None)


def test_gains_are_listed_by_replacement_with_the_agreement_of_rankings(tmp_path):
    head = {"step": None, "low": None, "high": None, "values": None, "n": 9}
    rows = [
        {**head, "method": method, "test": test, "level": level, "mean": mean}
        for method, test, level, mean in (
            ("band_occlusion", "deletion", "gain", 0.8),
            ("band_occlusion", "deletion", "noise", 0.7),
            ("gradcam", "deletion", "other_subject", 0.5),
            ("all", "deletion_ranking", "background, noise", 1.0),
            ("all", "deletion_ranking", "background, other_subject", -0.5),
        )
    ]
    run = replace(RUN, faithfulness=FAITHFULNESS.frame(rows))
    first, second = trust.replacement_rows(run)
    assert first == {"map": "band_occlusion", "deletion, noise": Cell("0.7", 0.7, note="n = 9"),
                     "deletion, other subject": None}  # fmt: skip
    assert second["deletion, other subject"].text == "0.5"
    (text,) = trust.ranking_sentences(run)
    assert "Kendall's tau 0.25 (mean" in text
    assert text.endswith("least between background and other subject: −0.5.")
    page = page_of(replace(DATA, runs=(run,)), tmp_path)
    assert "Deletion and insertion by replacement" in page
    assert "Deletion and insertion by replacement" not in page_of(DATA, tmp_path)


def test_agreement_of_models_does_not_depend_on_their_order(tmp_path):
    pair = {"a": "one", "b": "two", "spearman": 0.5, "n_subjects": 3, "same_top": 2, "n_matrices": 3}
    heat = overview(replace(DATA, agreement=pd.DataFrame([pair])), seizure).agreement
    (_, first), (_, second) = heat.rows
    assert first[1].text == second[0].text == "0.5"
    assert "Spearman 0.5, mean over 3 subjects; the same largest cell in 2 of 3 matrices" in first[1].about
    assert overview(DATA, seizure).agreement is None


def test_windows_that_training_left_out_are_counted(tmp_path):
    windows = WINDOWS.frame([{"role": "train", "class": "seizure", "windows": 30, "excluded": 10}])
    table = overview(replace(DATA, runs=(replace(RUN, windows=windows),)), seizure).windows
    assert [cell.text for cell in table.rows[0]] == ["cwt_resnet18", "train", "seizure", "30", "10", "25"]


def test_a_seizure_predicted_by_two_models_counts_once_and_false_alarms_per_model():
    other = replace(RUN, model="other")
    units = seizure.units([(RUN, RUN.subjects[0]), (other, other.subjects[0])])
    assert [unit.name for unit in units] == ["S1_r1, seizure 1", "S1_r1, seizure 2", "S1_r1, false-1", "S1_r1, false-1"]
    assert units[0].badges == (("hit", "found by cwt_resnet18"), ("hit", "found by other"))
    assert units[3].columns["outcome"] == "false alarm of other"


def test_the_page_loads_nothing_from_the_network(tmp_path):
    for page in (*pages_of(DATA, tmp_path).values(), *pages_of(ASLEEP, tmp_path).values()):
        assert "http://" not in page
        assert "https://" not in page
        assert "@import" not in page


def test_the_page_warns_if_only_some_recordings_are_scored(tmp_path):
    assert "1 of 2 recordings were scored" in page_of(DATA, tmp_path)
    assert "cover only a part of the recordings" in page_of(DATA, tmp_path)


def test_an_imported_model_states_where_it_comes_from_and_what_its_training_saw(tmp_path):
    imported = {"imported": {"file": "a.bandmap", "trained_on": ["CHB-MIT"], "seen": ["chb"]}}
    data = replace(
        DATA, runs=(replace(RUN, score_summary={**SCORES, **imported}),), scored={"a": {**SCORES, **imported}}
    )
    page = " ".join(page_of(data, tmp_path).split())
    assert "was not trained in this run: it comes from a.bandmap, trained on CHB-MIT." in page
    assert "Its training saw the data set chb: its scores there are not those of unseen subjects." in page
    assert "that the model was not trained on, except those of a." in page
    assert overview(data, seizure).scores.rows[0][0] == Cell(
        "a", note="imported, trained on CHB-MIT; its training saw chb"
    )
    assert "Each fold has its own model" not in page


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "https://example.org/a.png", "C:\\a.png", "javascript:alert(1)", "figures/none.png"]
)
def test_a_figure_outside_the_folder_of_the_page_is_refused(tmp_path, path):
    with pytest.raises(FigurePathError, match=r"relative|no such file"):
        render(replace(DATA, quality_figure=path), tmp_path / "index.html")
    assert not list(tmp_path.iterdir())


def test_a_figure_with_an_unusual_name_has_a_working_link(tmp_path):
    (tmp_path / "a #1?.png").write_bytes(b"")
    assert 'src="a%20%231%3F.png"' in page_of(replace(DATA, quality_figure="a #1?.png"), tmp_path)


def test_the_same_data_give_the_same_page(tmp_path):
    assert pages_of(DATA, tmp_path) == pages_of(DATA, tmp_path)


def test_every_seizure_and_false_alarm_appears_once_and_the_time_between_them_not_at_all():
    parts = seizure_parts(SEIZURES, "figures/{recording}_{seizure}.png")["simulated", "S1"]
    assert [part.seizure for part in parts] == ["1", "2", "false-1"]
    assert (parts[0].onset, parts[0].offset, parts[0].figure) == (10, 20.5, "figures/S1_r1_1.png")


@pytest.mark.parametrize(
    ("value", "text"),
    [("", "–"), (None, "–"), (pd.NA, "–"), (0.123456, "0.123"), (-1.5, "−1.5"), (300, "300"),
     ("007", "007"), ("1_000", "1_000"), ("300", "300"), ("1e-05", "1e-05"),
     ("nan", "nan"), (1e-05, "1e−05"), (float("nan"), "–"), (2.0, "2"), (1234.56, "1234.6")],
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
    assert title_of("asleep by seq_freqcut_vit (min)") == "asleep by seq_freqcut_vit (min)"


def test_a_table_shows_a_dash_where_a_row_lacks_a_column():
    table = table_of([{"a": 1}, {"a": "x", "b": 2}], ["a", "b"])
    assert table.rows == ((Cell("1", 1.0), Cell("–")), (Cell("x"), Cell("2", 2.0)))
    assert table.columns == [("a", True), ("b", True)]


@pytest.mark.parametrize(("simulated", "warned"), [((), True), (("simulated",), False)])
def test_a_report_on_few_subjects_states_that_they_are_too_few(simulated, warned):
    one = RunPart("model", "scheme", subjects=(SubjectPart("mine", "01"),))
    sentences = of_size(ReportData("title", (one,), simulated=simulated))
    assert any("1 subject: far too few" in sentence for sentence in sentences) is warned
