"""From windows to matrices of seizures, subjects and the cohort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bandmap.aggregation import (
    COHORT_COLUMNS,
    SEIZURE_COLUMNS,
    SUBJECT_COLUMNS,
    Attributed,
    bootstrap_interval,
    cohort_rows,
    frequency_importance,
    matrix_labels,
    rank_one_share,
    region_band_matrix,
    region_importance,
    seizure_rows,
    sign_flip_p,
    subject_rows,
)
from bandmap.atlas import Atlas
from bandmap.recording import Event

ATLAS = Atlas.of({"front": ["Fp1", "F3"], "back": ["P3", "O1"]}, {"slow": [1, 8], "fast": [8, 30]})
CHANNELS = ("Fp1-F3", "F3-P3", "P3-O1")
FREQUENCIES = (2.0, 4.0, 8.0, 16.0)
NAMES = {"dataset": "d", "subject": "s1", "recording": "r1"}
SZ = Event(20, 30, "sz")


def attributed(n=60, values=None, probabilities=None):
    values = np.arange(n) if values is None else values
    matrices = np.asarray(values, dtype=float)[:, None, None] * np.array([[1.0, 2], [3, 4]])
    probabilities = np.ones(n) if probabilities is None else probabilities
    return Attributed(
        np.arange(n, dtype=float), 4.0, probabilities, matrices, tuple(ATLAS.regions), tuple(ATLAS.bands_hz)
    )


def rows_of(windows, reference, predicted, **names):
    return seizure_rows(windows, reference, predicted, threshold=0.5, recording={**NAMES, **names})


def outcomes(rows):
    return {row["seizure"]: row["outcome"] for row in rows}


def cell(rows, **keys):
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
def test_results_that_make_no_matrix_are_refused(results):
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
    assert {frozenset(row) for row in rows} == {frozenset(SEIZURE_COLUMNS)}


def test_a_detection_that_only_touches_the_end_is_no_hit():
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


def test_a_hit_without_a_sure_window_takes_all_its_windows():
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
    assert row["onset"] is None


def test_a_recording_without_windows_gives_no_interictal_rows():
    empty = Attributed(np.zeros(0), 4.0, np.zeros(0), np.zeros((0, 2, 2)), ("front", "back"), ("slow", "fast"))
    assert rows_of(empty, [], []) == []


def test_matrices_that_do_not_fit_their_names_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        Attributed(np.zeros(3), 4.0, np.zeros(3), np.zeros((3, 2, 3)), ("front", "back"), ("slow", "fast"))


# subjects and cohort


def cohort(scale_of_subject, pattern=None, interictal=0.0):
    pattern = np.array([[4.0, 1], [1, 2]]) if pattern is None else pattern
    rows = []
    for number, factor in enumerate(scale_of_subject):
        names = {"dataset": "d", "subject": f"s{number}", "recording": f"r{number}", "onset": 1.0, "offset": 2.0}
        for outcome, level in (("hit", 1.0), ("interictal", interictal), ("miss", 100.0)):
            for r, region in enumerate(("front", "back")):
                for b, band in enumerate(("slow", "fast")):
                    value = factor * level * pattern[r, b]
                    row = {"seizure": outcome, "outcome": outcome, "region": region, "band": band}
                    rows.append({**names, **row, "importance": value, "n_windows": 3})
    return rows


def test_a_subject_is_the_mean_over_hits_of_all_recordings_and_no_misses():
    rows = rows_of(attributed(values=np.full(60, 1.0)), [SZ], [SZ], recording="r1")
    rows += rows_of(attributed(values=np.full(60, 3.0)), [SZ], [SZ], recording="r2")
    rows += rows_of(attributed(values=np.full(60, 99.0)), [SZ], [], recording="r3")
    subjects = subject_rows(rows)
    row = cell(subjects, region="back", band="fast")
    assert tuple(row) == SUBJECT_COLUMNS
    assert row["importance"] == pytest.approx(4 * 2)
    assert row["n_seizures"] == 2
    assert 4 * 1 <= row["low"] < row["importance"] < row["high"] <= 4 * 3


def test_subjects_of_two_data_sets_with_one_name_stay_apart():
    rows = rows_of(attributed(), [SZ], [SZ]) + rows_of(attributed(), [SZ], [SZ], dataset="e")
    assert {(row["dataset"], row["n_seizures"]) for row in subject_rows(rows)} == {("d", 1), ("e", 1)}


def test_a_subject_without_a_hit_has_no_rows():
    assert subject_rows(rows_of(attributed(), [SZ], [])) == []
    assert cohort_rows(rows_of(attributed(), [SZ], []), seed=0) == []


def test_rows_read_from_a_table_aggregate_like_rows_just_made():
    rows = rows_of(attributed(), [SZ], [SZ])
    text = [{key: "n/a" if value is None else str(value) for key, value in row.items()} for row in rows]
    assert subject_rows(text) == subject_rows(rows)
    np.testing.assert_equal(cohort_rows(text, seed=0), cohort_rows(rows, seed=0))


def test_a_subject_with_high_log_odds_does_not_outweigh_the_others():
    even, uneven = cohort_rows(cohort([1, 1, 1]), seed=0), cohort_rows(cohort([1, 1, 1000]), seed=0)
    assert [row["importance"] for row in even] == pytest.approx([row["importance"] for row in uneven])
    assert sum(abs(row["importance"]) for row in even) == pytest.approx(1)
    plain = cohort_rows(cohort([1, 1, 4]), scale="none", seed=0)
    assert cell(plain, region="front", band="slow")["importance"] == pytest.approx(8)
    assert set(plain[0]) == set(COHORT_COLUMNS)


def test_a_misspelt_scale_is_refused():
    with pytest.raises(ValueError, match="unit"):
        cohort_rows(cohort([1]), scale="unt", seed=0)


def test_the_cohort_of_one_subject_has_neither_interval_nor_p():
    row = cohort_rows(cohort([1]), seed=0)[0]
    assert row["n_subjects"] == 1
    assert np.isnan([row["low"], row["high"], row["p"]]).all()


def test_ictal_cells_beyond_interictal_ones_are_significant_and_equal_ones_are_not():
    random = np.random.default_rng(3)
    rows = cohort(np.ones(8), pattern=np.array([[5.0, 0], [0, 0]]))
    for row in rows:
        row["importance"] += random.normal(0, 0.1)
    found = cohort_rows(rows, seed=0)
    assert cell(found, region="front", band="slow")["p"] == pytest.approx(2 / 2**8)
    assert min(row["p"] for row in found if row["region"] == "back") > 0.05


def test_seizures_without_windows_do_not_enter():
    rows = rows_of(attributed(n=10), [SZ], [SZ]) + cohort([1, 1])
    assert len(subject_rows(rows)) == 2 * 4


# statistics


def test_the_bootstrap_interval_is_seeded_and_holds_the_mean():
    values = np.random.default_rng(4).standard_normal((12, 3))
    low, high = bootstrap_interval(values, seed=5)
    assert (low < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < high).all()
    np.testing.assert_array_equal(low, bootstrap_interval(values, seed=5)[0])
    assert (low != bootstrap_interval(values, seed=6)[0]).any()


def test_the_bootstrap_interval_is_as_wide_as_the_mean_is_uncertain():
    values = np.random.default_rng(4).standard_normal(400)[:, None]
    low, high = bootstrap_interval(values, seed=5)
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.15)


def test_p_of_few_subjects_is_exact():
    assert sign_flip_p(np.ones((5, 1)), seed=0)[0] == 2 / 2**5


def test_correction_over_cells_raises_p():
    random = np.random.default_rng(7)
    one = random.normal(1, 1, size=(10, 1))
    many = np.concatenate([one, random.standard_normal((10, 24))], axis=1)
    assert sign_flip_p(many, seed=0)[0] > sign_flip_p(one, seed=0)[0]


def test_false_cells_are_found_in_no_more_than_the_nominal_share_of_cohorts():
    random = np.random.default_rng(8)
    found = [sign_flip_p(random.standard_normal((8, 5, 5)), seed=0).min() <= 0.05 for _ in range(200)]
    assert np.mean(found) <= 0.09  # 0.05 and two standard errors of 200 cohorts


def test_drawn_flips_agree_with_counted_ones():
    differences = np.random.default_rng(9).normal(0.6, 1, size=(14, 3))
    exact = sign_flip_p(differences, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bandmap.aggregation.statistics.EXACT_SUBJECTS", 0)
        drawn = sign_flip_p(differences, seed=0)
    np.testing.assert_allclose(drawn, exact, atol=0.015)


def test_cells_without_a_number_have_no_p_and_leave_the_others_alone():
    differences = np.random.default_rng(10).normal(1, 1, size=(6, 2))
    with_gap = np.concatenate([differences, np.full((6, 1), np.nan)], axis=1)
    p = sign_flip_p(with_gap, seed=0)
    assert np.isnan(p[2])
    np.testing.assert_array_equal(p[:2], sign_flip_p(differences, seed=0))
    assert sign_flip_p(np.zeros((4, 2)), seed=0).tolist() == [1, 1]
