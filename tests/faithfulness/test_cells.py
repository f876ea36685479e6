"""Matrices against a truth of every cell: metrics by hand, floors as they should be, tables and the command."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from bandmap.__main__ import main
from bandmap.faithfulness.benchmark import FREQUENT, MAP, RANDOM, SCORE_COLUMNS, score_table
from bandmap.faithfulness.cells import METRICS, cell_power, expected_at_random, metrics, most_frequent, power_contrast
from bandmap.files.rows import write_rows
from bandmap.vocabulary.truth import CELL_COLUMNS

REGIONS, BANDS = ("front", "back", "left"), ("slow", "fast")


def scored(importance, weight, **options):
    return metrics(np.array(importance, float), np.array(weight, float), **options)


def test_a_perfect_matrix_has_one_everywhere():
    assert scored([0, 5, 0, 3, 0, 0], [0, 1, 0.2, 1, 0, 0]) == dict.fromkeys(METRICS, 1)


def test_metrics_of_a_matrix_by_hand():
    found = scored([4, 3, 2, 1, -2, 0], [0, 1, 0, 0.6, 0, 0])
    assert found["auroc"] == pytest.approx((3 + 2) / 8)
    assert found["average_precision"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found["relevance_mass"] == pytest.approx(4 / 10)
    assert found["relevance_rank"] == 0.5
    assert found["largest"] == 0
    assert found["sign"] == 1


def test_both_signs_count_if_ranked_by_magnitude():
    assert scored([-5, 1, 0, 0], [-1, 0, 0, 0])["average_precision"] == 0.25
    by_magnitude = scored([-5, 1, 0, 0], [-1, 0, 0, 0], ranking="magnitude")
    assert by_magnitude == dict.fromkeys(METRICS, 1) | {"relevance_mass": pytest.approx(5 / 6)}
    with pytest.raises(ValueError, match="magnitude"):
        scored([1, 2], [0, 1], ranking="size")


def test_a_wrong_sign_is_counted_by_weight():
    assert scored([-1, 1, 0], [1, -0.5, 0])["sign"] == 0
    assert scored([1, 1, 0], [1, -0.5, 0])["sign"] == pytest.approx(2 / 3)


def test_a_matrix_of_equal_cells_is_chance():
    found = scored([2] * 25, [1, 1] + [0] * 23)
    expected = expected_at_random(np.array([1, 1] + [0] * 23))
    for metric in ("auroc", "relevance_mass", "relevance_rank", "largest"):
        assert found[metric] == pytest.approx(expected[metric])


def test_nothing_is_scored_without_targets_or_matrix():
    assert all(np.isnan(value) for value in scored([1, 2, 3], [0, 0.1, 0]).values())
    assert all(np.isnan(value) for value in scored([np.nan] * 3, [0, 1, 0]).values())


@pytest.mark.parametrize("targets", [1, 2, 5])
def test_the_expected_values_at_random_equal_those_of_random_matrices(targets):
    generator = np.random.default_rng(targets)
    weight = np.r_[np.ones(targets), np.zeros(25 - targets)]
    rows = pd.DataFrame([metrics(generator.uniform(size=25), weight) for _ in range(600)])
    expected = pd.Series(expected_at_random(weight))
    away = (rows.mean() - expected).abs().drop("sign") / rows.std().drop("sign") * np.sqrt(len(rows))
    assert (away < 3.5).all()


def test_the_most_frequent_cells_are_those_of_the_others():
    found = most_frequent(np.array([[1, 0, 0], [-1, 0, 0], [0, 0.2, 1]]))
    np.testing.assert_allclose(found, [[0.5, 0, 0.5], [0.5, 0, 0.5], [1, 0, 0]])


def test_the_most_frequent_cells_are_those_of_the_training_subjects():
    weights = np.array([[1, 0, 0], [-1, 0, 0], [0, 0.2, 1]])
    training = np.array([[False, True, True], [False, False, True], [False, False, False]])
    np.testing.assert_allclose(most_frequent(weights, training), [[0.5, 0, 0.5], [0, 0, 1], [0, 0, 0]])


def test_the_power_contrast_is_in_the_cell_that_differs():
    generator = np.random.default_rng(0)
    windows = generator.normal(size=(40, 3, 4, 8))
    labels = np.arange(40) % 4 == 0
    windows[labels, 1, 2:] += 2
    regions = np.array([[1, 0, 0], [0, 1, 0.5], [0, 0, 0]])
    bands = np.array([[True, True, False, False], [False, False, True, True]])
    power = cell_power(windows, regions, bands)
    assert power.shape == (40, 3, 2)
    np.testing.assert_allclose(power[5, 1, 1], (windows[5, 1, 2:].mean() + 0.5 * windows[5, 2, 2:].mean()) / 1.5)
    found = power_contrast(power, labels.astype(int))
    assert found[1, 1] == pytest.approx(2 / 1.5, abs=0.3)
    assert np.abs(found[[0, 0, 1], [0, 1, 0]]).max() < 0.3
    assert np.isnan(found[2]).all()
    assert np.isnan(power_contrast(power, np.zeros(40, int))).all()


def truth(**targets):
    """Return rows of subjects, each with its target."""
    return [
        dict(zip(CELL_COLUMNS, (subject, "whole", r, b, "n/a", "n/a", float((r, b) == cell), "none", 1), strict=True))
        for subject, cell in targets.items()
        for r in REGIONS
        for b in BANDS
    ]


def matrices(**largest):
    return [
        {"subject": subject, "outcome": "hit", "region": r, "band": b, "importance": float((r, b) == cell)}
        for subject, cell in largest.items()
        for r in REGIONS
        for b in BANDS
    ]


A, B = ("front", "slow"), ("back", "fast")
TRUTH = truth(**{f"s{n}": (A, B)[n % 2] for n in range(8)})
RIGHT = {f"s{n}": (A, B)[n % 2] for n in range(8)}


def value(table, name, metric, column="mean"):
    return table[(table["map"] == name) & (table["metric"] == metric)][column].item()


def test_a_table_is_scored_beside_its_floors():
    found = score_table(TRUTH, matrices(**RIGHT), {"always front": matrices(**dict.fromkeys(RIGHT, A))})
    assert tuple(found.columns) == SCORE_COLUMNS
    assert list(found["map"].unique()) == [MAP, FREQUENT, "always front", RANDOM]
    assert value(found, MAP, "largest") == 1
    assert value(found, RANDOM, "largest") == pytest.approx(1 / 6)
    assert value(found, "always front", "largest") == 0.5
    assert value(found, MAP, "largest", "margin") == 0.5
    assert value(found, MAP, "largest", "over") == "always front"
    # Half of eight subjects gain: such an interval of the mean just reaches below nothing.
    assert -0.2 < value(found, MAP, "largest", "margin_low") < 0.1
    assert value(found, MAP, "largest", "margin_high") > 0.9
    # Four of the seven others have the other cell: whoever answers by them is wrong here.
    assert value(found, FREQUENT, "largest") == 0


FOUR = [("front", "slow"), ("front", "fast"), ("back", "slow"), ("back", "fast")]


def pair_truth():
    """Front slow with back fast, in six subjects; each alone is a target, too."""
    head = {"part": "whole", "role": "target", "strength": 1}
    rows = []
    for n in range(6):
        single = {"with_region": "n/a", "with_band": "n/a"}
        for region, band in FOUR:
            weight = float((region, band) in (FOUR[0], FOUR[3]))
            rows.append({**head, **single, "subject": f"s{n}", "region": region, "band": band, "weight": weight})
        pair = {"region": "front", "band": "slow", "with_region": "back", "with_band": "fast", "weight": 1}
        rows.append({**head, **pair, "subject": f"s{n}"})
    return rows


def interactions(*, right, wrong):
    """Six pairs of a subject; the planted one is written in the other order."""
    values = dict.fromkeys(combinations(FOUR[::-1], 2), wrong) | {(FOUR[3], FOUR[0]): right}
    return [
        {"subject": f"s{n}", "region": a[0], "band": a[1], "with_region": b[0], "with_band": b[1], "importance": value}
        for n in range(6)
        for (a, b), value in values.items()
    ]


def test_pairs_are_scored_against_the_pairs_of_the_truth():
    cells = [
        {"subject": f"s{n}", "region": r, "band": b, "importance": float(r == "front")}
        for n in range(6)
        for r, b in FOUR
    ]
    found = score_table(pair_truth(), interactions(right=0.9, wrong=0.1), {"cells": cells})
    assert value(found, MAP, "largest") == value(found, MAP, "average_precision") == 1
    assert value(found, MAP, "largest", "n") == 6
    assert value(found, RANDOM, "largest") == pytest.approx(1 / 6)
    assert value(found, FREQUENT, "largest") == 1
    # Both cells in front are the largest pair of a table that says front.
    assert value(found, "cells", "largest") == 0
    found = score_table(pair_truth(), interactions(right=-0.9, wrong=0.1), {})
    assert value(found, MAP, "largest") == 0
    assert (
        value(score_table(pair_truth(), interactions(right=-0.9, wrong=0.1), {}, ranking="magnitude"), MAP, "largest")
        == 1
    )


def test_single_cells_are_scored_as_before_where_the_truth_has_pairs():
    rows = [
        {"subject": f"s{n}", "region": r, "band": b, "importance": i} for n in range(6) for i, (r, b) in enumerate(FOUR)
    ]
    found = score_table(pair_truth(), rows, {})
    assert value(found, MAP, "relevance_rank") == 0.5


def test_subjects_without_a_detected_seizure_are_counted_separately():
    rows = matrices(**RIGHT)
    for row in rows:
        row["outcome"] = "miss" if row["subject"] in ("s0", "s1") else "hit"
    found = score_table(TRUTH, rows, {})
    assert value(found, MAP, "auroc", "n") == 6
    assert value(found, MAP, "auroc", "without") == 2


FOLDS = [
    {"fold": "fixed", "role": role, "subject": f"s{n}"}
    for role, numbers in (("train", (0, 2, 4, 6)), ("validation", (1,)), ("test", (3, 5, 7)))
    for n in numbers
]


def test_only_tested_subjects_count_and_what_is_frequent_is_what_trains():
    found = score_table(TRUTH, matrices(s3=B, s5=B), {}, folds=FOLDS)
    assert value(found, MAP, "largest", "n") == 2
    assert value(found, MAP, "largest", "without") == 1
    # The training subjects all have A, the tested ones B: the most frequent cell is never right.
    assert value(found, FREQUENT, "largest") == 0
    assert value(found, FREQUENT, "auroc") == pytest.approx(0.4)
    with pytest.raises(ValueError, match="test none of the subjects"):
        score_table(TRUTH, matrices(**RIGHT), {}, folds=[{"fold": "k1", "role": "test", "subject": "x"}])


def test_subjects_whose_model_is_not_competent_are_counted_apart():
    areas = {"s0": 0.95, "s1": 0.8, "s2": 0.79, "s3": 0.5, "s4": 1, "s5": 0.9, "s6": "n/a"}
    scores = [{"subject": name, "window_auroc": area} for name, area in areas.items()]
    wrong = {**RIGHT, "s2": B, "s3": A}
    rows = [row for row in matrices(**wrong) if row["subject"] != "s5"]
    found = score_table(TRUTH, rows, {}, scores=scores)
    assert value(found, MAP, "largest") == 1
    assert value(found, MAP, "largest", "n") == 3
    assert value(found, MAP, "largest", "not_competent") == 4
    assert value(found, MAP, "largest", "without") == 1
    with pytest.raises(ValueError, match="two values of window_auroc for s0"):
        score_table(TRUTH, rows, {}, scores=[*scores, {"subject": "s0", "window_auroc": 0.1}])


def test_where_no_model_detects_anything_there_is_nothing_to_score():
    found = score_table(TRUTH, [], {"always front": matrices(**dict.fromkeys(RIGHT, A))})
    assert value(found, MAP, "auroc", "n") == 0
    assert value(found, MAP, "auroc", "without") == 8
    assert value(found, "always front", "largest") == 0.5


def test_no_interval_reaches_beyond_what_a_metric_can_be():
    one_wrong = {**RIGHT, "s3": A}
    found = score_table(TRUTH, matrices(**one_wrong), {"never": matrices(**dict.fromkeys(RIGHT, ("left", "fast")))})
    assert found[["low", "high"]].stack().dropna().between(0, 1).all()
    assert found[["margin_low", "margin_high"]].stack().dropna().between(-1, 1).all()
    assert value(found, MAP, "largest", "high") == 1


def test_few_subjects_have_values_and_no_interval():
    few = {subject: RIGHT[subject] for subject in ("s0", "s1", "s2")}
    found = score_table(truth(**few), matrices(s0=A, s1=A, s2=A), {})
    assert value(found, MAP, "largest", "values") == "1, 0, 1"
    assert pd.isna(value(found, MAP, "largest", "low"))


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="two values of whole, s0, front, slow"):
        score_table(TRUTH, matrices(s0=A) + matrices(s0=B), {})
    with pytest.raises(ValueError, match="no column importance"):
        score_table(TRUTH, [{"subject": "s0", "region": "front", "band": "slow"}], {})
    with pytest.raises(ValueError, match="no cell in common"):
        score_table(TRUTH, [{"subject": "s0", "region": "top", "band": "slow", "importance": 1}], {})


def test_the_command_scores_tables(tmp_path, capsys):
    columns = ("subject", "outcome", "region", "band", "importance")
    paths = [str(tmp_path / name) for name in ("matrices.tsv", "truth.tsv", "floor.tsv")]
    write_rows(paths[0], matrices(**RIGHT), columns)
    write_rows(paths[1], TRUTH, CELL_COLUMNS)
    write_rows(paths[2], matrices(**dict.fromkeys(RIGHT, A)), columns)
    assert main(["truth", "score", *paths[:2], "--floor", f"front={paths[2]}"]) == 0
    printed = capsys.readouterr().out
    assert "whole: 8 subjects, 0 more without a matrix, 0 without a competent model" in printed
    assert "front" in printed
    folds, scores = (str(tmp_path / name) for name in ("folds.tsv", "scores.tsv"))
    write_rows(folds, FOLDS, ("fold", "role", "subject"))
    write_rows(scores, [{"subject": "s3", "window_auroc": 0.9}, {"subject": "s5"}], ("subject", "window_auroc"))
    assert main(["truth", "score", *paths[:2], "--folds", folds, "--scores", scores]) == 0
    printed = capsys.readouterr().out
    assert "whole: 1 subjects, 0 more without a matrix, 2 without" in printed
    assert "1.00 (1)" in printed, "of few subjects, the values are listed"
    assert main(["truth", "score", *paths[:2], "--tsv"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split("\t") == list(SCORE_COLUMNS)
    assert main(["truth", "score", paths[1], paths[1]]) == 1
    assert capsys.readouterr().err.startswith("ERROR ")
    assert main(["truth", "score", str(tmp_path / "none.tsv"), paths[1]]) == 1
    assert "none.tsv" in capsys.readouterr().err
