"""Folds: nobody is in two roles, everybody is tested once."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap import splits
from bandmap.plugins import UnknownNameError

NAMES = st.text("abc-01", min_size=1, max_size=3)
SUBJECTS = st.sets(st.tuples(st.sampled_from(["chb_mit", "siena"]), NAMES), min_size=3, max_size=12)


def loso(subjects, *, seed=1, **options):
    return splits.folds(subjects, scheme="leave_one_subject_out", seed=seed, **options)


def cohort(n):
    return [("simulated", f"s{number:02}") for number in range(n)]


@given(SUBJECTS, st.integers(0, 5), st.data())
def test_no_subject_is_in_two_roles_of_a_fold(subjects, seed, data):
    validation = data.draw(st.integers(1, len(subjects) - 2))
    roles = Counter(
        (row["fold"], row["dataset"], row["subject"])
        for row in loso(subjects, seed=seed, validation_subjects=validation)
    )
    assert set(roles.values()) == {1}


@given(SUBJECTS, st.integers(0, 5))
def test_every_subject_is_tested_exactly_once_and_has_a_role_in_every_fold(subjects, seed):
    rows = loso(subjects, seed=seed, validation_subjects=1)
    assert sorted((r["dataset"], r["subject"]) for r in rows if r["role"] == "test") == sorted(subjects)
    assert set(Counter(row["fold"] for row in rows).values()) == {len(subjects)}


@given(SUBJECTS, st.integers(0, 5), st.data())
def test_every_subject_validates_equally_often(subjects, seed, data):
    wanted = data.draw(st.integers(1, len(subjects) - 2))
    rows = loso(subjects, seed=seed, validation_subjects=wanted)
    times = Counter((row["dataset"], row["subject"]) for row in rows if row["role"] == "validation")
    assert dict(times) == dict.fromkeys(subjects, wanted)


@given(st.permutations(cohort(6)))
def test_folds_do_not_depend_on_the_order_of_the_subjects(subjects):
    assert loso(subjects) == loso(cohort(6))


def test_another_seed_validates_with_other_subjects():
    assert loso(cohort(8), seed=1) != loso(cohort(8), seed=2)
    assert loso(cohort(8), seed=1) == loso(cohort(8), seed=1)


def test_recordings_of_one_person_are_one_subject():
    assert loso([*cohort(4), *cohort(4)]) == loso(cohort(4))


def test_subjects_of_one_name_in_two_data_sets_are_two_people():
    rows = loso([("a", "01"), ("b", "01"), ("b", "02")], validation_subjects=1)
    assert splits.subjects_of(rows, "a-01", "test") == [("a", "01")]
    assert len(splits.subjects_of(rows, "a-01", "train")) == 1


def test_folds_of_one_name_are_refused():
    with pytest.raises(ValueError, match="share a name"):
        loso([("a-b", "c"), ("a", "b-c"), ("d", "e")], validation_subjects=1)


@pytest.mark.parametrize(
    ("n", "validation", "message"),
    [
        (2, 1, "needs 3 subjects.*add recordings"),
        (3, 2, "validation_subjects is 2, but with 3 subjects it must be between 1 and 1"),
        (5, 0, "between 1 and 3"),
    ],
)
def test_too_few_subjects_are_refused_with_a_remedy(n, validation, message):
    with pytest.raises(ValueError, match=message):
        loso(cohort(n), validation_subjects=validation)


def test_a_misspelt_scheme_is_answered_with_the_right_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'leave_one_subject_out'"):
        splits.folds(cohort(4), scheme="leave_one_subject", seed=1)


def test_a_leak_in_a_table_of_folds_is_refused():
    rows = loso(cohort(4))
    tested = next(row for row in rows if row["role"] == "test")
    with pytest.raises(splits.LeakageError, match="'s00' of 'simulated' is in test and in train"):
        splits.check_no_leak([*rows, {**tested, "role": "train"}])


def test_a_fold_without_validation_is_refused():
    rows = [row for row in loso(cohort(4)) if (row["fold"], row["role"]) != ("simulated-s02", "validation")]
    with pytest.raises(ValueError, match=r"simulated-s02.*no subject for: validation"):
        splits.check_no_leak(rows)


def test_an_unknown_role_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'train'"):
        splits.check_no_leak([{"fold": "f", "role": "trian", "dataset": "d", "subject": "s"}])


def test_planning_folds_imports_nothing_heavy():
    code = "import sys, bandmap.splits; print(sorted({'numpy', 'torch', 'pandas', 'mne'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
