"""Folds within a subject: only what came before is trained on."""

import logging
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.train import schemes as splits
from bandmap.train.schemes._table import ROLES


def recordings_of(**numbers):
    return [{"dataset": "d", "subject": s, "recording": f"{s}_{k}"} for s, n in numbers.items() for k in range(n)]


def within(recordings, **options):
    return splits.folds(recordings, scheme="within_subject", seed=1, **options)


def parts(rows, fold):
    """Return the recordings' numbers that train, validate and are tested."""
    return [
        [int(r["recording"].split("_")[1]) for r in rows if (r["fold"], r["role"]) == (fold, role)] for role in ROLES
    ]


@st.composite
def series(draw):
    """Draw numbers of recordings of subjects, and options that suit at least one of them."""
    numbers = draw(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12), min_size=1))
    training_blocks = draw(st.integers(1, 3))
    numbers[draw(st.sampled_from("abcdef"))] = draw(st.integers(training_blocks + 2, 15))
    blocks = draw(st.integers(training_blocks + 2, 10))
    window = draw(st.sampled_from(["growing", "sliding"]))
    return numbers, {"blocks": blocks, "training_blocks": training_blocks, "window": window}


@settings(max_examples=50)
@given(series())
def test_a_fold_has_one_subject_and_tests_only_later_recordings(case):
    numbers, options = case
    rows = within(recordings_of(**numbers), **options)
    for fold in {row["fold"] for row in rows}:
        train, validation, test = parts(rows, fold)
        assert len({row["subject"] for row in rows if row["fold"] == fold}) == 1
        assert max(train) < min(validation)
        assert max(validation) < min(test)


@settings(max_examples=50)
@given(series())
def test_every_recording_after_the_first_blocks_is_tested_once(case):
    numbers, options = case
    rows = within(recordings_of(**numbers), **options)
    tested = Counter(row["recording"] for row in rows if row["role"] == "test")
    assert set(tested.values()) == {1}
    for subject, n in numbers.items():
        found = sorted(int(name.split("_")[1]) for name in tested if name.startswith(subject))
        assert found == (list(range(found[0], n)) if n >= options["training_blocks"] + 2 else [])


@settings(max_examples=50)
@given(series())
def test_a_growing_window_has_all_earlier_blocks_and_a_sliding_one_a_fixed_number(case):
    numbers, options = case
    recordings = recordings_of(**numbers)
    growing = within(recordings, **{**options, "window": "growing"})
    sliding = within(recordings, **{**options, "window": "sliding"})
    for fold in {row["fold"] for row in growing}:
        train, validation, test = parts(growing, fold)
        assert [*train, *validation, *test] == list(range(test[-1] + 1))
        late, *others = parts(sliding, fold)
        assert [train[-len(late) :], validation, test] == [late, *others]


@settings(max_examples=50)
@given(series(), st.randoms(use_true_random=False))
def test_folds_do_not_depend_on_the_order_of_the_subjects(case, chance):
    numbers, options = case
    people = list(numbers.items())
    chance.shuffle(people)
    assert within(recordings_of(**dict(people)), **options) == within(recordings_of(**numbers), **options)


def test_seven_recordings_in_three_blocks_make_one_fold():
    rows = within(recordings_of(a=7))
    assert {row["fold"] for row in rows} == {"d-a-3"}
    assert parts(rows, "d-a-3") == [[0, 1, 2], [3, 4], [5, 6]]


def test_a_sliding_window_leaves_early_blocks_out():
    rows = within(recordings_of(a=10), blocks=5, window="sliding")
    assert [parts(rows, f"d-a-{k}") for k in (3, 4, 5)] == [
        [[0, 1], [2, 3], [4, 5]],
        [[2, 3], [4, 5], [6, 7]],
        [[4, 5], [6, 7], [8, 9]],
    ]


def test_the_first_fold_trains_on_the_given_number_of_blocks():
    rows = within(recordings_of(a=5), blocks=5, training_blocks=2)
    assert [parts(rows, f"d-a-{k}") for k in (4, 5)] == [[[0, 1], [2], [3]], [[0, 1, 2], [3], [4]]]


def test_fewer_recordings_than_blocks_give_a_block_each():
    assert parts(within(recordings_of(a=4), blocks=100), "d-a-4") == [[0, 1], [2], [3]]


def test_folds_depend_on_the_order_of_recordings_and_not_on_their_names():
    rows = within(list(reversed(recordings_of(a=3))))
    assert parts(rows, "d-a-3") == [[2], [1], [0]]


def test_subjects_with_too_few_recordings_are_left_out_by_name(caplog):
    with caplog.at_level(logging.WARNING):
        rows = within(recordings_of(b=2, a=3, c=1))
    assert {row["subject"] for row in rows} == {"a"}
    assert caplog.messages == ["within_subject: left out, with fewer than 3 recordings: d b (2), d c (1)"]


def test_there_is_no_warning_if_all_subjects_have_enough_recordings(caplog):
    within(recordings_of(a=3, b=4))
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no subject has 3 recordings.*add recordings, or choose the scheme leave_one_subject_out"),
        ({"blocks": 4, "training_blocks": 2}, "no subject has 4 recordings"),
        ({"blocks": 2}, "blocks is 2, but to train, validate and test it must be between 3 and"),
        ({"blocks": "3"}, "blocks is 3, but"),
        ({"training_blocks": 2}, "training_blocks is 2, but with 3 blocks.* it must be 1$"),
        ({"training_blocks": 0}, "training_blocks is 0, but"),
    ],
)
def test_invalid_options_are_refused_with_a_remedy(options, message):
    with pytest.raises(ValueError, match=message):
        within(recordings_of(a=2, b=1), **options)


def test_a_misspelt_window_gets_a_hint():
    with pytest.raises(ValueError, match=r"window: there is no 'slidng'. Did you mean 'sliding'"):
        within(recordings_of(a=3), window="slidng")


def test_folds_with_the_same_name_are_refused():
    rows = [
        {"dataset": dataset, "subject": subject, "recording": f"{subject}{k}"}
        for dataset, subject in (("a-b", "c"), ("a", "b-c"))
        for k in range(3)
    ]
    with pytest.raises(ValueError, match="have the same name, 'a-b-c-3'; rename"):
        within(rows)


def test_an_unknown_option_is_an_error():
    with pytest.raises(TypeError, match="validation_subjects"):
        within(recordings_of(a=3), validation_subjects=2)


def test_a_test_before_its_training_is_refused():
    recordings = recordings_of(a=5)
    rows = within(recordings)
    with pytest.raises(splits.LeakageError, match="'a_0' is in train but is not earlier than 'a_4', which is in test"):
        splits.check_no_leak(rows, list(reversed(recordings)))


@pytest.mark.parametrize("role", ["train", "validation"])
def test_training_or_validating_on_the_recording_under_test_is_refused(role):
    rows = within(recordings_of(a=5))
    leak = {**rows[-1], "role": role}
    with pytest.raises(splits.LeakageError, match=f"recording 'a_4' of 'd' is in test and in {role}; delete the table"):
        splits.check_no_leak([*rows, leak], recordings_of(a=5))


def test_training_on_all_recordings_of_a_test_subject_is_refused():
    rows = within(recordings_of(a=5))
    whole = {**rows[0], "recording": ""}
    with pytest.raises(splits.LeakageError, match="subject 'a' of 'd' is in train and in validation"):
        splits.check_no_leak([whole, *rows[1:]], recordings_of(a=5))


def test_a_subject_with_two_roles_in_a_fold_with_other_subjects_is_refused():
    rows = within(recordings_of(a=5, b=5))
    mixed = [{**row, "fold": "one"} for row in rows]
    with pytest.raises(splits.LeakageError, match="subject 'a' of 'd' is in train and in validation"):
        splits.check_no_leak(mixed, recordings_of(a=5, b=5))
