"""The section about known truth: planted and clinical in one place, floors beside every map, coverage in words."""

import re
from dataclasses import replace

from test_report import DATA, RUN

from bandmap.report import render, truth
from bandmap.vocabulary.tables import CELL_SCORES, CLINICAL_FOUND, CLINICAL_SCORES, RECOVERY

HEAD = {"dataset": "simulated", "measure": "side", "low": None, "high": None, "n": 2, "n_known": 3}
COUNTS = {"n_seizures": 2, "n_seizures_known": 1}
SCORES = CLINICAL_SCORES.frame(
    [
        {**HEAD, **COUNTS, "map": "band_occlusion", "is_floor": False, "mean": 0.5, "values": "0, 1"},
        {**HEAD, **COUNTS, "map": "line length", "is_floor": True, "mean": 1.0, "values": "1, 1"},
        {**HEAD, **COUNTS, "map": "most frequent", "is_floor": True, "mean": None, "values": None},
    ]
)
FOUND = CLINICAL_FOUND.frame(
    [
        {"dataset": "simulated", "subject": "S1", "map": "band_occlusion", "measure": measure, "value": 1.0}
        | {"expected": expected, "found": expected, "n_seizures": 1, "n_known": 1}
        for measure, expected in (("side", "left"), ("lobe", "temporal"), ("auroc", None))
    ]
)
CLINICAL = replace(RUN, clinical=FOUND, clinical_scores=SCORES)


def section(run, folder):
    render(replace(DATA, runs=(run,)), folder / "index.html")
    found = re.search(r'<section id="run1-truth">.*?</section>', (folder / "index.html").read_text(), re.DOTALL)
    return found[0] if found else ""


def test_planted_and_clinical_truth_are_one_section(tmp_path):
    both = section(CLINICAL, tmp_path)
    assert re.findall("<h[23]>(.*?)</h[23]>", both) == ["Known truth", "Planted", "Clinical: simulated"]
    planted = section(replace(CLINICAL, clinical_scores=CLINICAL_SCORES.frame()), tmp_path)
    assert "Clinical" not in planted
    assert "Planted" not in section(replace(CLINICAL, recovery=RECOVERY.frame()), tmp_path)
    assert not section(replace(RUN, recovery=RECOVERY.frame()), tmp_path)


def test_cells_are_scored_in_the_same_section_whole_seizures_first(tmp_path):
    facts = {
        "dataset": "two_foci",
        "low": None,
        "high": None,
        "values": "1, 0.6",
        "n": 2,
        "without": 0,
        "not_competent": 3,
    }
    rows = [
        {**facts, "part": part, "map": name, "is_floor": name != "product", "metric": "average_precision", "mean": mean}
        | {"margin": margin, "margin_low": None, "margin_high": None, "over": margin and "random map"}
        for part in ("onset", "whole")
        for name, mean, margin in (("product", 0.8, 0.6), ("random map", 0.2, None))
    ]
    run = replace(CLINICAL, cells=CELL_SCORES.frame(rows))
    (name, subjects, table), (second, *_) = truth.cells(run)
    assert (name, second) == ("two_foci, whole", "two_foci, onset")
    assert "Of 2 tested subjects; not counted: 3 whose model" in subjects
    assert [row[0].text for row in table.rows] == ["product", "floor: random map"]
    assert (table.rows[0][2].text, table.rows[0][2].note) == ("+0.60", "over random map")
    both = section(run, tmp_path)
    titles = ["Planted", "Planted cell by cell: two_foci, whole", "Planted cell by cell: two_foci, onset"]
    assert re.findall("<h3>(.*?)</h3>", both) == [*titles, "Clinical: simulated"]


def test_floors_stand_below_the_maps_with_values_of_few_subjects():
    ((_, coverage, table),) = truth.tables(CLINICAL)
    assert [row[0].text for row in table.rows] == ["band_occlusion", "floor: line length", "floor: most frequent"]
    assert (table.rows[0][1].text, table.rows[0][1].note) == ("0.5", "0, 1; n = 2")
    assert table.rows[2][1].text == "–"
    assert "known for 3 subjects and 1 of 2 seizures, compared for 2 subjects and 2 seizures" in coverage


def test_a_sentence_states_the_first_map_beside_floors_that_have_a_value():
    assert truth.sentences(CLINICAL) == [
        "simulated: band_occlusion names the clinical side in 50 % of 2 subjects; without a model: line length 100 %."
    ]


def test_a_subject_has_its_side_and_lobe_beside_its_name(tmp_path):
    section(CLINICAL, tmp_path)
    assert "clinical: left, temporal" in (tmp_path / "pages/simulated-S1.html").read_text()
    assert truth.of_subject(RUN, RUN.subjects[0]) == ""
