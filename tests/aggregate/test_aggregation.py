"""From windows to matrices of seizures, subjects and the cohort."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal

from bandmap.aggregate import (
    Attributed,
    cohort_matrices,
    main_matrices,
    matrix_labels,
    rank_one_share,
    region_band_matrix,
    seizure_matrices,
    share_of_channels,
    stage_matrices,
    subject_matrices,
)
from bandmap.aggregate.matrices import frequency_importance, region_importance
from bandmap.aggregate.statistics import sign_flip_p
from bandmap.files.tables import read_table, write_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import COHORT, SUBJECTS, UNITS

ATLAS = Atlas.of({"front": ["Fp1", "F3"], "back": ["P3", "O1"]}, {"slow": [1, 8], "fast": [8, 30]})
CHANNELS = ("Fp1-F3", "F3-P3", "P3-O1")
FREQUENCIES = (2.0, 4.0, 8.0, 16.0)
NAMES = {"dataset": "d", "subject": "s1", "recording": "r1"}
SZ = Event(20, 30, "sz")
PARTS = ("onset", "middle", "end")
ALL_PARTS = ("whole", *PARTS)
UNIT = ["dataset", "subject", "recording", "class", "seizure", "outcome", "part"]


def attributed(n=60, values=None, probabilities=None, without=(), **shares):
    values = np.arange(n) if values is None else values
    matrices = np.asarray(values, dtype=float)[:, None, None] * np.array([[1.0, 2], [3, 4]])
    matrices[:, list(without)] = np.nan
    probabilities = np.ones(n) if probabilities is None else probabilities
    names = tuple(ATLAS.regions), tuple(ATLAS.bands_hz)
    return Attributed(np.arange(n, dtype=float), 4.0, probabilities, matrices, *names, **shares)


def rows_of(windows, reference, predicted, **names):
    table = seizure_matrices(windows, reference, predicted, threshold=0.5, recording={**NAMES, **names})
    return table.to_dict("records")


def table_of(units):
    """Return a table of units; those that are not of windows are free of noise."""
    rows = pd.DataFrame(units, columns=UNITS.names)
    return UNITS.frame(rows.assign(square=rows["square"].fillna(rows["importance"] ** 2)))


def subject_rows(units):
    return subject_matrices(table_of(units)).to_dict("records")


def cohort_rows(units, **options):
    return cohort_matrices(table_of(units), **options).to_dict("records")


def main_rows(table, label=None):
    return main_matrices(table, label).to_dict("records")


def outcomes(rows):
    return {row["seizure"]: row["outcome"] for row in rows}


def cell(rows, **keys):
    keys = {"part": "whole", **keys}
    chosen = [row for row in rows if all(row[key] == value for key, value in keys.items())]
    assert len(chosen) == 1
    return chosen[0]


# matrices of windows


def test_a_joint_result_is_the_matrix():
    joint = np.random.default_rng(0).standard_normal((3, 2, 2))
    np.testing.assert_array_equal(region_band_matrix({("region", "band"): joint}, ATLAS, CHANNELS, FREQUENCIES), joint)


def test_the_upper_edge_of_a_band_belongs_to_the_next():
    maps = np.array([[1.0, 3.0, 10.0, 20.0]])
    np.testing.assert_allclose(frequency_importance(maps, ATLAS, FREQUENCIES), [[2, 15]])


def test_a_derivation_counts_half_for_each_of_its_ends():
    importance = np.array([[1.0, 10.0, 100.0]])
    expected = [[(1 + 0.5 * 10) / 1.5, (0.5 * 10 + 100) / 1.5]]
    np.testing.assert_allclose(region_importance(importance, ATLAS, CHANNELS), expected)


def test_a_region_without_a_channel_has_no_importance_rather_than_zero():
    found = region_importance(np.ones((1, 1)), ATLAS, ["Fp1"])
    assert found[0, 0] == 1
    assert np.isnan(found[0, 1])


def test_masked_channels_are_left_out_of_a_region_rather_than_counted_as_zero():
    importance = np.array([[1.0, 0.0, 100.0]])
    np.testing.assert_allclose(region_importance(importance, ATLAS, CHANNELS, masked=["F3-P3"]), [[1, 100]])
    product = {("frequency",): np.ones((1, 4)), ("channel",): importance}
    found = region_band_matrix(product, ATLAS, CHANNELS, FREQUENCIES, masked=["F3-P3", "P3-O1"])
    np.testing.assert_array_equal(found, [[[1, 1], [np.nan, np.nan]]])


@pytest.mark.parametrize("frequencies", [FREQUENCIES, ()])
def test_a_region_whose_channels_are_all_masked_has_no_joint_importance_either(frequencies):
    joint = {("region", "band"): np.zeros((3, 2, 2))}
    found = region_band_matrix(joint, ATLAS, CHANNELS, frequencies, masked=["F3-P3", "P3-O1"])
    assert np.isnan(found[:, 1]).all()
    assert (found[:, 0] == 0).all()
    assert not np.isnan(region_band_matrix(joint, ATLAS, CHANNELS, frequencies, masked=["P3-O1"])).any()


def test_a_band_without_a_frequency_has_no_joint_importance():
    found = region_band_matrix({("region", "band"): np.zeros((1, 2, 2))}, ATLAS, CHANNELS, FREQUENCIES[:2])
    np.testing.assert_array_equal(found[0], [[0, np.nan]] * 2)


def test_a_region_is_flagged_by_the_share_of_its_channels():
    def shares(*names, regions=tuple(ATLAS.regions)):
        return share_of_channels(names, ATLAS, CHANNELS, regions)

    np.testing.assert_allclose(shares("F3-P3"), [1 / 3, 1 / 3])
    np.testing.assert_allclose(shares("Fp1-F3"), [2 / 3, 0])
    np.testing.assert_allclose(shares("F3-P3", "P3-O1"), [1 / 3, 1])
    np.testing.assert_allclose(shares("F3-P3", regions=("all",)), [1 / 3])
    np.testing.assert_array_equal(share_of_channels(["Fp1"], ATLAS, ["Fp1"], tuple(ATLAS.regions)), [1, 0])


def test_the_product_has_rank_one_and_the_joint_result_need_not():
    random = np.random.default_rng(1)
    results = {("frequency", "time"): random.random((1, 4, 6)), ("channel",): random.random((1, 3))}
    product = region_band_matrix(results, ATLAS, CHANNELS, FREQUENCIES)
    assert rank_one_share(product[0]) == pytest.approx(1)
    assert rank_one_share(np.eye(2)) == pytest.approx(0.5)
    assert np.isnan(rank_one_share(np.zeros((2, 2))))


def test_maps_and_their_means_over_time_give_the_same_matrix():
    maps = np.random.default_rng(2).random((2, 4, 6)).astype(np.float32)
    channel = np.ones((2, 3))
    whole = region_band_matrix({("frequency", "time"): maps, ("channel",): channel}, ATLAS, CHANNELS, FREQUENCIES)
    means = region_band_matrix({("frequency",): maps.mean(axis=2), ("channel",): channel}, ATLAS, CHANNELS, FREQUENCIES)
    np.testing.assert_allclose(whole, means, rtol=1e-5)


def test_a_result_of_channels_alone_has_one_column_for_all_bands():
    results = {("channel",): np.ones((5, 3))}
    assert matrix_labels(results, ATLAS) == (("front", "back"), ("all",))
    assert region_band_matrix(results, ATLAS, CHANNELS, FREQUENCIES).shape == (5, 2, 1)


@pytest.mark.parametrize(
    "results",
    [
        {},
        {("time",): np.ones((1, 4))},
        {("region", "band"): np.ones((1, 2, 2)), ("channel",): np.ones((1, 3))},
        {("frequency",): np.ones((1, 4)), ("frequency", "time"): np.ones((1, 4, 2))},
        {("frequency",): np.ones((1, 4)), ("channel",): np.ones((2, 3))},
    ],
)
def test_results_without_regions_and_bands_are_refused(results):
    with pytest.raises(ValueError, match=r"matri|product"):
        region_band_matrix(results, ATLAS, CHANNELS, FREQUENCIES)


@given(arrays(float, (2, 3), elements=st.floats(0, 1e3)))
def test_region_importance_stays_within_its_channels(importance):
    found = region_importance(importance, ATLAS, CHANNELS)
    assert (found <= importance.max(axis=1, keepdims=True) + 1e-9).all()
    assert (found >= importance.min(axis=1, keepdims=True) - 1e-9).all()


# seizures


def test_outcomes_are_hit_miss_false_alarm_and_interictal():
    reference = (Event(10, 15, "sz"), Event(30, 40, "sz_foc_a"), Event(5, 6, "artefact"))
    rows = rows_of(attributed(), reference, (Event(35, 36, "sz"), Event(50, 54, "sz")))
    assert outcomes(rows) == {"1": "miss", "2": "hit", "false-1": "false_alarm", "interictal": "interictal"}
    assert {tuple(row) for row in rows} == {UNITS.names}


def test_a_detection_that_only_touches_the_end_is_not_a_hit():
    assert outcomes(rows_of(attributed(), [SZ], [Event(30, 34, "sz")]))["1"] == "miss"


def test_a_hit_is_the_mean_over_windows_above_the_threshold():
    probabilities = np.zeros(60)
    probabilities[[22, 24]] = 0.5
    row = cell(rows_of(attributed(probabilities=probabilities), [SZ], [SZ]), seizure="1", region="back", band="slow")
    assert row["importance"] == pytest.approx(3 * 23)
    assert row["n_windows"] == 2


def test_a_miss_is_the_mean_over_all_its_windows():
    row = cell(rows_of(attributed(probabilities=np.zeros(60)), [SZ], []), seizure="1", region="front", band="slow")
    members = np.arange(18, 29)  # two of four seconds within 20..30 s
    assert row["importance"] == pytest.approx(members.mean())
    assert row["n_windows"] == len(members)


def test_a_hit_without_a_window_above_the_threshold_takes_all_its_windows():
    row = cell(rows_of(attributed(probabilities=np.zeros(60)), [SZ], [SZ]), seizure="1", region="front", band="slow")
    assert row["n_windows"] == 11


def test_a_seizure_within_masked_time_has_no_importance():
    row = cell(rows_of(attributed(n=10), [SZ], []), seizure="1", region="front", band="slow")
    assert row["n_windows"] == 0
    assert np.isnan(row["importance"])


def test_interictal_windows_touch_neither_seizure_nor_detection():
    rows = rows_of(attributed(), [SZ], [Event(40, 50, "sz")])
    quiet = [start for start in range(60) if (start + 4 <= 20 or start >= 30) and (start + 4 <= 40 or start >= 50)]
    row = cell(rows, seizure="interictal", region="front", band="slow")
    assert row["importance"] == pytest.approx(np.mean(quiet))
    assert np.isnan(row["onset"])


def test_a_seizure_is_followed_from_onset_to_end():
    sure = np.where(np.arange(60) >= 23, 1.0, 0.0)
    rows = rows_of(attributed(probabilities=sure), [SZ], [SZ])
    found = {part: cell(rows, seizure="1", region="front", band="slow", part=part) for part in PARTS}
    # Centres lie 2 s after starts; thirds end at 23.33 and 26.67 s; no window of the first is sure.
    assert found["onset"]["importance"] == pytest.approx(np.mean([18, 19, 20, 21]))
    assert found["middle"]["importance"] == pytest.approx(np.mean([23, 24]))
    assert found["end"]["importance"] == pytest.approx(np.mean([25, 26, 27, 28]))
    assert {(row["onset"], row["offset"]) for row in rows if row["seizure"] == "1"} == {(20, 30)}
    assert {row["part"] for row in rows if row["outcome"] in ("false_alarm", "interictal")} == {"whole"}


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 50), st.floats(0.5, 30))
def test_every_window_of_a_seizure_is_in_one_third_of_it(onset, duration):
    rows = rows_of(attributed(values=np.ones(60)), [Event(onset, onset + duration, "sz")], [])
    counts = {part: cell(rows, seizure="1", region="front", band="slow", part=part)["n_windows"] for part in ALL_PARTS}
    assert sum(counts[part] for part in PARTS) == counts["whole"]


def test_a_third_without_a_window_has_no_importance():
    windows = attributed(n=20)
    row = cell(rows_of(windows, [SZ], []), seizure="1", region="front", band="slow", part="end")
    assert row["n_windows"] == 0
    assert np.isnan(row["importance"])


def test_a_masked_region_has_no_windows_and_its_share_in_every_row():
    windows = attributed(without=[1], masked=np.array([0.25, 1]), interpolated=np.array([0.5, 0]))
    rows = rows_of(windows, [SZ], [SZ])
    front, back = (cell(rows, seizure="1", region=region, band="slow") for region in ("front", "back"))
    assert (front["n_windows"], front["masked"], front["interpolated"]) == (11, 0.25, 0.5)
    assert (back["n_windows"], back["masked"], back["interpolated"]) == (0, 1, 0)
    assert np.isnan(back["importance"])
    assert {row["masked"] for row in rows} == {0.25, 1}


def test_shares_that_do_not_fit_the_regions_are_refused():
    with pytest.raises(ValueError, match="3 shares of flagged channels do not fit 2 regions"):
        attributed(masked=np.zeros(3))


def test_a_recording_without_windows_gives_no_interictal_rows():
    empty = Attributed(np.zeros(0), 4.0, np.zeros(0), np.zeros((0, 2, 2)), ("front", "back"), ("slow", "fast"))
    assert rows_of(empty, [], []) == []


def test_matrices_that_do_not_fit_their_names_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        Attributed(np.zeros(3), 4.0, np.zeros(3), np.zeros((3, 2, 3)), ("front", "back"), ("slow", "fast"))


# subjects and cohort


FLAGS = {"class": "sz", "part": "whole", "interpolated": 0.0, "masked": 0.0}
STAGES = ("W", "N1", "N2")


def staged(explained, reference, values=None, **names):
    windows = attributed(n=len(explained), values=values)
    table = stage_matrices(windows, STAGES, np.array(explained), np.array(reference), recording={**NAMES, **names})
    return table.to_dict("records")


def test_a_stage_has_one_mean_over_right_and_one_over_wrong_windows():
    every = staged([0, 0, 1, 1, 2, 2], [0, 1, 1, 1, -1, 2])
    rows = [row for row in every if row["part"] == "whole"]
    found = {
        (row["class"], row["outcome"]): (row["importance"], row["n_windows"])
        for row in rows
        if (row["region"], row["band"]) == ("front", "slow")
    }
    assert found == {("W", "right"): (0, 1), ("W", "wrong"): (1, 1), ("N1", "right"): (2.5, 2), ("N2", "right"): (5, 1)}
    assert {tuple(row) for row in rows} == {UNITS.names}
    assert UNITS.frame(every)[["seizure", "onset", "offset"]].isna().all(axis=None)


def test_halves_alternate_the_right_windows_of_a_stage_and_do_not_enter_the_subject():
    rows = staged([1, 1, 1, 1, 0], [1, 0, 1, 1, 0])
    halves = {
        (row["class"], row["part"]): (row["importance"], row["n_windows"])
        for row in rows
        if (row["region"], row["band"], row["outcome"]) == ("front", "slow", "right") and row["part"] != "whole"
    }
    assert halves == {("N1", "odd"): (1.5, 2), ("N1", "even"): (2, 1), ("W", "odd"): (4, 1)}
    whole = [row for row in rows if row["part"] == "whole"]
    np.testing.assert_equal(subject_rows(rows), subject_rows(whole))
    np.testing.assert_equal(cohort_rows(rows, seed=0), cohort_rows(whole, seed=0))


def test_stages_that_do_not_fit_the_windows_are_refused():
    with pytest.raises(ValueError, match="do not fit the windows"):
        stage_matrices(attributed(n=3), STAGES, np.zeros(3, int), np.zeros(2, int), recording=NAMES)


def cohort(scale_of_subject, pattern=None):
    """Return hits, misses and interictal time, which speaks against a seizure as much as a hit speaks for one."""
    pattern = np.array([[4.0, 1], [1, 2]]) if pattern is None else pattern
    rows = []
    for number, factor in enumerate(scale_of_subject):
        names = {"dataset": "d", "subject": f"s{number}", "recording": f"r{number}", "onset": 1.0, "offset": 2.0}
        for outcome, maps in (("hit", pattern), ("interictal", -pattern), ("miss", 100 * pattern)):
            for r, region in enumerate(("front", "back")):
                for b, band in enumerate(("slow", "fast")):
                    value = factor * maps[r, b]
                    row = {"seizure": outcome, "outcome": outcome, "region": region, "band": band, **FLAGS}
                    rows.append({**names, **row, "importance": value, "n_windows": 3})
    return rows


def hits(rows):
    return [row for row in rows if (row["outcome"], row["part"]) == ("hit", "whole")]


def test_a_subject_is_the_mean_over_hits_of_all_recordings_without_misses():
    rows = rows_of(attributed(values=np.full(60, 1.0)), [SZ], [SZ], recording="r1")
    rows += rows_of(attributed(values=np.full(60, 3.0)), [SZ], [SZ], recording="r2")
    rows += rows_of(attributed(values=np.full(60, 99.0)), [SZ], [], recording="r3")
    subjects = subject_rows(rows)
    row = cell(subjects, region="back", band="fast", outcome="hit")
    assert tuple(row) == SUBJECTS.names
    assert row["importance"] == pytest.approx(4 * 2)
    assert row["n_units"] == 2
    assert 4 * 1 <= row["low"] < row["importance"] < row["high"] <= 4 * 3
    missed = cell(subjects, region="back", band="fast", outcome="miss")
    assert (missed["importance"], missed["n_units"]) == (pytest.approx(4 * 99), 1)


def test_subjects_of_two_data_sets_with_the_same_name_are_separate():
    rows = rows_of(attributed(), [SZ], [SZ]) + rows_of(attributed(), [SZ], [SZ], dataset="e")
    assert {(row["dataset"], row["n_units"]) for row in subject_rows(rows)} == {("d", 1), ("e", 1)}


def test_a_subject_without_a_hit_has_rows_of_misses_only():
    rows = rows_of(attributed(), [SZ], [])
    assert {row["outcome"] for row in subject_rows(rows)} == {"miss"}
    assert {row["outcome"] for row in cohort_rows(rows, seed=0)} == {"miss"}
    assert main_rows(subject_matrices(UNITS.frame(rows))) == []
    assert subject_rows([]) == cohort_rows([], seed=0) == []
    assert tuple(subject_matrices(UNITS.frame())) == SUBJECTS.names
    assert tuple(cohort_matrices(UNITS.frame(), seed=0)) == COHORT.names


def test_the_main_rows_are_those_of_whole_seizures_that_were_found_and_of_right_stages():
    rows = rows_of(attributed(), [SZ], [SZ, Event(50, 55, "sz")]) + staged([0, 1], [0, 0])
    units = UNITS.frame(rows)
    found = {(row["class"], row["outcome"], row["part"]) for row in main_rows(units)}
    assert found == {("sz", "hit", "whole"), ("W", "right", "whole")}
    assert {row["class"] for row in main_rows(subject_matrices(units), "sz")} == {"sz"}
    assert len(main_rows(cohort_matrices(units, seed=0), "W")) == 4


def test_matrices_of_the_cohort_have_one_order_for_all_recordings():
    rows = staged([2, 0], [2, 0]) + staged([1, 1, 2], [1, 0, 0], recording="r2") + rows_of(attributed(), [SZ], [SZ])
    kinds = [(row["class"], row["outcome"], row["part"]) for row in cohort_rows(rows, seed=0)][::4]
    assert kinds[:4] == [("sz", "hit", part) for part in ALL_PARTS]
    assert [kind[:2] for kind in kinds[4:]] == [
        ("W", "right"), ("N1", "right"), ("N1", "wrong"), ("N2", "right"), ("N2", "wrong"),
    ]  # fmt: skip


def test_a_table_read_from_disk_aggregates_like_the_table_in_memory(tmp_path):
    made = UNITS.frame(rows_of(attributed(), [SZ], [SZ]) + staged([0, 1], [0, 0]))
    write_table(tmp_path / "units.tsv", made, UNITS)
    read = read_table(tmp_path / "units.tsv", UNITS)
    assert_frame_equal(subject_matrices(read), subject_matrices(made), rtol=1e-5)
    assert_frame_equal(cohort_matrices(read, seed=0), cohort_matrices(made, seed=0), rtol=1e-5)


def test_a_subject_with_high_log_odds_does_not_outweigh_the_others():
    even, uneven = (hits(cohort_rows(cohort([1, 1, last]), seed=0)) for last in (1, 1000))
    assert [row["importance"] for row in even] == pytest.approx([row["importance"] for row in uneven])
    assert sum(abs(row["importance"]) for row in even) == pytest.approx(1)
    plain = cohort_rows(cohort([1, 1, 4]), scale="none", seed=0)
    assert cell(plain, region="front", band="slow", outcome="hit")["importance"] == pytest.approx(8)
    assert tuple(plain[0]) == COHORT.names


def test_a_misspelt_scale_is_refused():
    with pytest.raises(ValueError, match="unit"):
        cohort_rows(cohort([1]), scale="unt", seed=0)


def test_the_cohort_of_one_subject_has_neither_interval_nor_p():
    row = cohort_rows(cohort([1]), seed=0)[0]
    assert row["n_subjects"] == 1
    assert np.isnan([row["low"], row["high"], row["p"]]).all()


def test_cells_larger_in_seizures_are_significant_and_equal_ones_are_not():
    random = np.random.default_rng(3)
    rows = cohort(np.ones(8), pattern=np.array([[5.0, 0], [0, 0]]))
    for row in rows:
        row["importance"] += random.normal(0, 0.1)
    found = hits(cohort_rows(rows, seed=0))
    assert cell(found, region="front", band="slow")["p"] == pytest.approx(1 / 2**8)
    assert min(row["p"] for row in found if row["region"] == "back") > 0.05


def test_a_square_is_the_mean_product_of_windows_that_share_no_time():
    made = attributed(values=np.random.default_rng(1).normal(size=60))
    first, *_, last = np.flatnonzero(made.within(SZ))
    products = [
        one[0, 0] * other[0, 0]
        for place, one in enumerate(made.matrices[first : last + 1])
        for other in made.matrices[first + place + 4 : last + 1]
    ]
    row = cell(rows_of(made, [SZ], [SZ]), seizure="1", part="whole", region="front", band="slow")
    assert len(products) > 10
    assert row["square"] == pytest.approx(np.mean(products))
    alone = cell(
        rows_of(attributed(n=60), [Event(20.0, 23.0, "sz")], [SZ]),
        seizure="1",
        part="whole",
        region="front",
        band="slow",
    )
    assert np.isnan(alone["square"]), "windows that overlap share their noise"


def test_seizures_of_one_window_each_have_a_square_together():
    def p_of(*strengths):
        rows = cohort(np.ones(8), pattern=np.array([[5.0, 0], [0, 0]]))
        of_hits = [{**row, "seizure": str(number), "importance": row["importance"] * times, "square": np.nan}
                   for row in rows if row["outcome"] == "hit" for number, times in enumerate(strengths)]  # fmt: skip
        table = pd.DataFrame(table_of([row for row in rows if row["outcome"] != "hit"]))
        both = UNITS.frame(pd.concat([table, pd.DataFrame(of_hits, columns=UNITS.names)]))
        found = main_matrices(cohort_matrices(both, seed=0))
        return set(found["n_p"]), found.loc[(found["region"] == "front") & (found["band"] == "slow"), "p"].item()

    assert p_of(1, 2) == ({8}, pytest.approx(1 / 2**8))
    n_p, p = p_of(1)
    assert n_p == {0}
    assert np.isnan(p)


def test_seizures_without_windows_do_not_enter():
    rows = rows_of(attributed(n=10), [SZ], [SZ]) + cohort([1, 1])
    assert len(hits(subject_rows(rows))) == 2 * 4
    assert {row["subject"] for row in subject_rows(rows)} == {"s0", "s1"}


def test_a_region_missing_in_one_recording_is_the_mean_over_the_others():
    rows = rows_of(attributed(values=np.full(60, 1.0)), [SZ], [SZ], recording="r1")
    lacking = attributed(values=np.full(60, 3.0), without=[1], masked=np.array([0.5, 1]))
    rows += rows_of(lacking, [SZ], [SZ], recording="r2")
    front, back = (cell(subject_rows(rows), region=region, band="slow", outcome="hit") for region in ("front", "back"))
    assert (front["importance"], front["n_units"], front["masked"]) == (2, 2, 0.25)
    assert (back["importance"], back["n_units"], back["masked"]) == (3, 1, 0.5)


def test_a_subject_without_a_region_counts_only_in_the_other_regions():
    rows = cohort([1, 2, 3, 4])
    for row in rows:
        if row["subject"] == "s3":
            row["interpolated"] = 0.5
            if row["region"] == "back":
                row |= {"importance": float("nan"), "masked": 1.0}
    found = hits(cohort_rows(rows, seed=0))
    front, back = (cell(found, region=region, band="slow") for region in ("front", "back"))
    assert (front["n_subjects"], front["n_masked"], front["n_interpolated"]) == (4, 0, 1)
    assert (back["n_subjects"], back["n_masked"], back["n_interpolated"]) == (3, 1, 1)
    assert back["importance"] == pytest.approx(1 / 8)
    assert np.isnan([back["low"], front["low"]]).all()
    assert (back["values"], front["values"]) == ("0.125, 0.125, 0.125", "0.5, 0.5, 0.5, 0.4")
    assert back["p"] == pytest.approx(1 / 2**3)
    assert front["p"] == pytest.approx(1 / 2**4)


def test_a_stage_is_tested_against_the_other_stages_of_the_same_subject():
    random = np.random.default_rng(11)
    rows = []
    for number in range(8):
        for stage, size in (("W", 100.0), ("N1", 1.0), ("N2", 1.0)):
            pattern = np.array([[1.0, 1], [1, 4 if stage == "N2" else 1]]) + random.normal(0, 0.05, (2, 2))
            windows = Attributed(np.zeros(1), 30.0, np.ones(1), size * pattern[None], *(tuple(x) for x in (
                ATLAS.regions, ATLAS.bands_hz)))  # fmt: skip
            place = np.array([STAGES.index(stage)])
            names = {**NAMES, "subject": f"s{number}"}
            rows += stage_matrices(windows, STAGES, place, place, recording=names).to_dict("records")
    found = cohort_rows(rows, seed=0)
    assert cell(found, **{"class": "N2"}, region="back", band="fast")["p"] == pytest.approx(1 / 2**8)
    assert cell(found, **{"class": "N2"}, region="back", band="fast")["importance"] == pytest.approx(4 / 7, abs=0.03)
    # W is a hundred times as large in every cell: another size is no other pattern.
    w_against_n1 = cohort_rows([row for row in rows if row["class"] != "N2"], seed=0)
    assert min(row["p"] for row in w_against_n1) > 0.05


def test_the_nights_of_a_subject_are_the_units_of_a_stage():
    rows = staged([2, 2], [2, 2], recording="r1", values=[1, 3]) + staged([2], [2], recording="r2", values=[6])
    row = cell(subject_rows(rows), region="front", band="slow")
    assert (row["class"], row["outcome"], row["importance"], row["n_units"]) == ("N2", "right", 4, 2)


# statistics


def test_p_of_few_subjects_is_exact():
    assert sign_flip_p(np.ones((5, 1)), seed=0)[0] == 1 / 2**5


def test_correction_over_cells_raises_p():
    random = np.random.default_rng(7)
    one = random.normal(1, 1, size=(10, 1))
    many = np.concatenate([one, random.standard_normal((10, 24))], axis=1)
    assert sign_flip_p(many, seed=0)[0] > sign_flip_p(one, seed=0)[0]


def test_false_positives_occur_in_at_most_the_nominal_share_of_cohorts():
    random = np.random.default_rng(8)
    found = [sign_flip_p(random.standard_normal((8, 5, 5)), seed=0).min() <= 0.05 for _ in range(200)]
    assert np.mean(found) <= 0.09  # 0.05 and two standard errors of 200 cohorts


def test_drawn_flips_agree_with_counted_ones():
    differences = np.random.default_rng(9).normal(0.6, 1, size=(14, 3))
    exact = sign_flip_p(differences, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bandmap.aggregate.statistics.EXACT_SUBJECTS", 0)
        drawn = sign_flip_p(differences, seed=0)
    np.testing.assert_allclose(drawn, exact, atol=0.015)


def test_a_cell_of_few_subjects_has_its_own_p_and_does_not_affect_the_others():
    differences = np.random.default_rng(12).normal(1.5, 0.5, size=(10, 3))
    differences[2:, 2] = np.nan
    p = sign_flip_p(differences, seed=0)
    assert p[:2] == pytest.approx(1 / 2**10)
    assert p[2] >= 1 / 2**2


def test_cells_without_a_value_have_no_p_and_do_not_affect_the_others():
    differences = np.random.default_rng(10).normal(1, 1, size=(6, 2))
    with_gap = np.concatenate([differences, np.full((6, 1), np.nan)], axis=1)
    p = sign_flip_p(with_gap, seed=0)
    assert np.isnan(p[2])
    np.testing.assert_array_equal(p[:2], sign_flip_p(differences, seed=0))
    assert sign_flip_p(np.zeros((4, 2)), seed=0).tolist() == [1, 1]


def test_channels_by_bands_become_regions_by_bands_by_the_mean_over_channels():
    values = np.random.default_rng(0).random((3, len(CHANNELS), len(ATLAS.bands_hz)))
    found = region_band_matrix({("channel", "band"): values}, ATLAS, CHANNELS, ())
    for place in range(len(ATLAS.bands_hz)):
        np.testing.assert_allclose(found[:, :, place], region_importance(values[:, :, place], ATLAS, CHANNELS))


def test_seconds_of_channels_are_summed_to_rows():
    values = np.random.default_rng(0).random((3, len(CHANNELS), 4))
    found = region_band_matrix({("channel", "second"): values}, ATLAS, CHANNELS, ())
    np.testing.assert_allclose(found[:, :, 0], region_importance(values.sum(axis=2), ATLAS, CHANNELS))


def test_a_result_over_time_alone_gives_no_matrix():
    with pytest.raises(ValueError, match="over time gives no region x band matrix"):
        region_band_matrix({(): np.zeros(3)}, ATLAS, CHANNELS, ())
