"""A frozen table of folds: what leaks is refused, and what arrives later takes its place or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.train import schemes as splits
from bandmap.train.schemes._table import ROLES
from bandmap.vocabulary.plugins import UnknownNameError

SCHEMES = {
    "leave_one_subject_out": {"validation_subjects": 1},
    "subject_k_fold": {"folds": 3},
    "fixed": {},
    "within_subject": {"blocks": 4},
}


def cohort(subjects=6, each=5):
    return [
        {"dataset": "d", "subject": f"s{s}", "recording": f"s{s}_{k}", "split": ("train", "dev", "eval")[s % 3]}
        for k in range(each)
        for s in range(subjects)
    ]


def folds(scheme, recordings, seed=1):
    return splits.folds(recordings, scheme=scheme, seed=seed, **SCHEMES[scheme])


def manifest(scheme="leave_one_subject_out", recordings=None):
    recordings = cohort() if recordings is None else recordings
    return splits.Manifest.of(folds(scheme, cohort()), recordings)


def names(rows):
    return [row["recording"] for row in rows]


each_scheme = pytest.mark.parametrize("scheme", SCHEMES)


@given(st.sampled_from(sorted(SCHEMES)), st.integers(3, 7), st.integers(3, 6), st.integers(0, 5))
def test_no_test_recording_of_a_fold_is_in_its_training_data(scheme, subjects, each, seed):
    recordings = cohort(subjects, each)
    found = splits.Manifest.of(folds(scheme, recordings, seed), recordings)
    for fold in found.names():
        seen, tested = names(found.members(fold, "train", "validation")), names(found.members(fold, "test"))
        assert not set(seen) & set(tested)
        assert all(found.testing(row) == fold for row in found.members(fold, "test"))
        assert len(seen) == len(set(seen)) > 1


@given(st.sampled_from(sorted(SCHEMES)), st.integers(3, 7), st.integers(3, 6))
def test_members_are_the_recordings_of_the_rows_one_by_one(scheme, subjects, each):
    recordings = cohort(subjects, each)
    rows = folds(scheme, recordings)
    found = splits.Manifest.of(rows, recordings)
    for fold in found.names():
        for role in ROLES:
            own = [row for row in rows if (row["fold"], row["role"]) == (fold, role)]
            slowly = [r for r in recordings if any(stands_for(row, r) for row in own)]
            assert found.members(fold, role) == slowly


def stands_for(row, recording):
    same = (row["dataset"], row["subject"]) == (recording["dataset"], recording["subject"])
    return same and row["recording"] in {"", recording["recording"]}


def test_members_are_in_the_order_of_the_recordings():
    assert names(manifest("fixed").members("fixed", "validation", "train", "test")) == names(cohort())


def test_no_fold_within_subjects_tests_the_first_blocks():
    found = manifest("within_subject")
    assert names(row for row in cohort() if found.testing(row)) == [f"s{s}_{k}" for k in (3, 4) for s in range(6)]


def test_an_untested_recording_has_no_fold():
    assert manifest("within_subject").testing(cohort()[0]) is None
    assert manifest("within_subject").testing({"dataset": "d", "recording": "s0_3"}) == "d-s0-3"
    assert manifest("fixed").testing({"dataset": "elsewhere", "recording": "s2_0"}) is None


def test_a_later_recording_of_a_known_subject_takes_the_subject_s_roles():
    later = {"dataset": "d", "subject": "s2", "recording": "later"}
    found = manifest(recordings=[*cohort(), later])
    assert found.testing(later) == "d-s2"
    assert later in found.members("d-s0", "train", "validation")


def test_a_later_recording_has_no_role_in_folds_by_time():
    later = {"dataset": "d", "subject": "s2", "recording": "later"}
    found = manifest("within_subject", [*cohort(), later])
    assert found.testing(later) is None
    assert later not in [row for fold in found.names() for row in found.members(fold, *ROLES)]


@each_scheme
def test_a_new_subject_has_no_role(scheme):
    new = {"dataset": "d", "subject": "new", "recording": "new_0"}
    found = manifest(scheme, [*cohort(), new])
    assert found.testing(new) is None
    assert new not in [row for fold in found.names() for row in found.members(fold, *ROLES)]


def test_a_removed_recording_is_not_a_member():
    without = [row for row in cohort() if row["subject"] != "s3"]
    assert manifest(recordings=without).members("d-s3", "test") == []
    shorter = [row for row in cohort() if row["recording"] != "s3_4"]
    assert manifest("within_subject", shorter).members("d-s3-4", "test") == []


def test_a_misspelt_fold_or_role_gets_a_hint():
    with pytest.raises(UnknownNameError, match=r"fold: there is no 'fixd'. Did you mean 'fixed'"):
        manifest("fixed").members("fixd", "test")
    with pytest.raises(UnknownNameError, match=r"role: there is no 'tests'. Did you mean 'test'"):
        manifest("fixed").members("fixed", "tests")


@pytest.mark.parametrize("scheme", ["leave_one_subject_out", "subject_k_fold", "fixed"])
def test_a_subject_in_two_roles_is_refused(scheme):
    rows = folds(scheme, cohort())
    tested = next(row for row in rows if row["role"] == "test")
    name = f"subject '{tested['subject']}' of 'd' is in test and in train; delete the table of folds"
    with pytest.raises(splits.LeakageError, match=name):
        splits.check_no_leak([*rows, {**tested, "role": "train"}], cohort())


def test_a_person_in_two_roles_under_two_labels_is_refused():
    recordings = cohort()
    rows = folds("leave_one_subject_out", recordings)
    first, second = (next(row for row in rows if row["role"] == role) for role in ("train", "test"))
    labels = [(row["dataset"], row["subject"]) for row in (first, second)]
    person = "/".join(labels[0])
    shared = [{**row, "person": person} if (row["dataset"], row["subject"]) in labels else row for row in recordings]
    with pytest.raises(splits.LeakageError, match=rf"the same person as {person}\) .* is in train and in test"):
        splits.check_no_leak(rows, shared)


def test_training_on_one_recording_of_a_test_subject_is_refused():
    rows = folds("fixed", cohort())
    leak = {"fold": "fixed", "role": "train", "dataset": "d", "subject": "s2", "recording": "s2_0"}
    with pytest.raises(splits.LeakageError, match="subject 's2' of 'd' is in test and in train"):
        splits.check_no_leak([*rows, leak], cohort())


def test_a_manifest_with_leakage_is_refused():
    rows = folds("fixed", cohort())
    with pytest.raises(splits.LeakageError):
        splits.Manifest.of([*rows, {**rows[0], "role": "test"}], cohort())


@pytest.mark.parametrize("role", ROLES)
@each_scheme
def test_a_fold_without_a_role_is_refused(scheme, role):
    rows = folds(scheme, cohort())
    fold = rows[0]["fold"]
    left = [row for row in rows if (row["fold"], row["role"]) != (fold, role)]
    with pytest.raises(ValueError, match=f"'{fold}' has no subject or recording for: {role}; delete the table"):
        splits.check_no_leak(left, cohort())


def test_a_recording_tested_by_two_folds_is_refused():
    rows = folds("fixed", cohort())
    twice = [*rows, *({**row, "fold": "again"} for row in rows)]
    with pytest.raises(splits.LeakageError, match="'s2_0' of 'd' is tested by two folds, 'fixed' and 'again'"):
        splits.check_no_leak(twice, cohort())


def test_an_unknown_role_is_refused():
    rows = [{"fold": "f", "role": "trian", "dataset": "d", "subject": "s", "recording": ""}]
    with pytest.raises(ValueError, match=r"fold 'f': role: .*Did you mean 'train'"):
        splits.check_no_leak(rows, [])


@each_scheme
def test_a_recording_of_two_subjects_is_refused(scheme):
    both = [*cohort(), {**cohort()[0], "subject": "s1", "split": "dev"}]
    with pytest.raises(splits.LeakageError, match=r"'s0_0' of 'd' is listed for subject 's0' and again for 's1'"):
        splits.check_no_leak(folds(scheme, cohort()), both)
    with pytest.raises(splits.LeakageError):
        folds(scheme, both)
