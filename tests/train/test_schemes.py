"""Folds between subjects: no subject has two roles, and each is tested once."""

import subprocess
import sys
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.download.datasets import chb_mit, sleep_edf, tusz
from bandmap.train import schemes as splits
from bandmap.train.schemes._table import ROLES
from bandmap.vocabulary import plugins
from bandmap.vocabulary.plugins import UnknownNameError

NAMES = st.text("abc-01", min_size=1, max_size=3)
SUBJECTS = st.sets(st.tuples(st.sampled_from(["chb_mit", "siena"]), NAMES), min_size=3, max_size=12)
SEEDS = st.integers(0, 5)
EACH_SUBJECT_ONCE = ["leave_one_subject_out", "subject_k_fold"]


def recordings_of(subjects, n=2):
    return [{"dataset": d, "subject": s, "recording": f"{s}_{k}"} for d, s in subjects for k in range(n)]


def cohort(n):
    return recordings_of([("simulated", f"s{number:02}") for number in range(n)])


def loso(recordings, *, seed=1, **options):
    return splits.folds(recordings, scheme="leave_one_subject_out", seed=seed, **options)


def k_fold(recordings, *, seed=1, **options):
    return splits.folds(recordings, scheme="subject_k_fold", seed=seed, **options)


def fixed(recordings):
    return splits.folds(recordings, scheme="fixed", seed=1)


def with_splits(recordings, *names):
    people = list(dict.fromkeys(row["subject"] for row in recordings))
    split = dict(zip(people, names, strict=True))
    return [{**row, "split": split[row["subject"]]} for row in recordings]


def people(rows, role, fold=None):
    return [(r["dataset"], r["subject"]) for r in rows if r["role"] == role and fold in {None, r["fold"]}]


@st.composite
def folded(draw):
    """Draw recordings and how to fold them: any scheme between subjects, any options that suit them."""
    subjects = sorted(draw(SUBJECTS))
    recordings = [row for who in subjects for row in recordings_of([who], draw(st.integers(1, 3)))]
    scheme = draw(st.sampled_from([*EACH_SUBJECT_ONCE, "fixed"]))
    if scheme == "fixed":
        parts = ["train", "dev", "eval", *draw(st.lists(st.sampled_from(tusz.SPLITS), max_size=9))]
        split = {who: parts[place % len(parts)] for place, who in enumerate(subjects)}
        return [{**r, "split": split[r["dataset"], r["subject"]]} for r in recordings], scheme, {}
    if scheme == "subject_k_fold":
        folds = draw(st.integers(2 if len(subjects) > 3 else 3, len(subjects)))
        return recordings, scheme, {"folds": folds, "validation_share": draw(st.floats(0.01, 0.99))}
    return recordings, scheme, {"validation_subjects": draw(st.integers(1, len(subjects) - 2))}


@settings(max_examples=50)
@given(folded(), SEEDS)
def test_no_subject_is_in_two_roles_of_a_fold_and_no_role_is_empty(case, seed):
    recordings, scheme, options = case
    roles = defaultdict(list)
    for row in splits.folds(recordings, scheme=scheme, seed=seed, **options):
        roles[row["fold"]].append((row["dataset"], row["subject"]))
        roles[row["fold"], "roles"].append(row["role"])
        assert row["recording"] == ""
    subjects = {(row["dataset"], row["subject"]) for row in recordings}
    for key, found in roles.items():
        assert set(found) == (subjects if isinstance(key, str) else set(ROLES))
        assert isinstance(key, tuple) or len(found) == len(subjects)


@settings(max_examples=50)
@given(folded(), SEEDS, st.data())
def test_folds_do_not_depend_on_the_order_of_the_subjects(case, seed, data):
    recordings, scheme, options = case
    shuffled = data.draw(st.permutations(recordings))
    folds = splits.folds(recordings, scheme=scheme, seed=seed, **options)
    assert splits.folds(shuffled, scheme=scheme, seed=seed, **options) == folds


@settings(max_examples=50)
@given(SUBJECTS, SEEDS, st.sampled_from(EACH_SUBJECT_ONCE), st.data())
def test_every_subject_is_tested_exactly_once(subjects, seed, scheme, data):
    folds = {"folds": data.draw(st.integers(3, len(subjects)))} if scheme == "subject_k_fold" else {}
    share = {"validation_subjects": 1} if scheme == "leave_one_subject_out" else {}
    rows = splits.folds(recordings_of(subjects), scheme=scheme, seed=seed, **folds, **share)
    assert sorted(people(rows, "test")) == sorted(subjects)


@given(SUBJECTS, SEEDS, st.data())
def test_every_subject_validates_equally_often(subjects, seed, data):
    wanted = data.draw(st.integers(1, len(subjects) - 2))
    rows = loso(recordings_of(subjects), seed=seed, validation_subjects=wanted)
    assert dict(Counter(people(rows, "validation"))) == dict.fromkeys(subjects, wanted)


@given(st.integers(3, 20), SEEDS, st.data())
def test_folds_test_equal_numbers_of_subjects(n, seed, data):
    folds = data.draw(st.integers(3, n))
    tested = Counter(row["fold"] for row in k_fold(cohort(n), seed=seed, folds=folds) if row["role"] == "test")
    assert list(tested) == [f"k{k}" for k in range(1, folds + 1)]
    assert max(tested.values()) - min(tested.values()) <= 1


@given(st.integers(4, 12), SEEDS)
def test_as_many_folds_as_subjects_are_leave_one_out(n, seed):
    def sets(rows):
        names = {row["fold"] for row in rows}
        return {tuple(tuple(sorted(people(rows, role, fold))) for role in ROLES) for fold in names}

    left_out = loso(cohort(n), seed=seed, validation_subjects=1)
    assert sets(k_fold(cohort(n), seed=seed, folds=n, validation_share=0.01)) == sets(left_out)


def test_folds_equal_the_frozen_ones():
    rows = loso(recordings_of([("d", name) for name in "abcd"]), seed=1, validation_subjects=1)
    found = {fold: [people(rows, role, fold) for role in ROLES] for fold in ("d-a", "d-b", "d-c", "d-d")}
    assert found == {
        "d-a": [[("d", "b"), ("d", "d")], [("d", "c")], [("d", "a")]],
        "d-b": [[("d", "a"), ("d", "c")], [("d", "d")], [("d", "b")]],
        "d-c": [[("d", "a"), ("d", "d")], [("d", "b")], [("d", "c")]],
        "d-d": [[("d", "b"), ("d", "c")], [("d", "a")], [("d", "d")]],
    }


@pytest.mark.parametrize("make", [loso, k_fold])
def test_another_seed_makes_other_folds(make):
    assert make(cohort(8), seed=1) != make(cohort(8), seed=2)
    assert make(cohort(8), seed=1) == make(cohort(8), seed=1)


def test_a_share_of_the_remaining_subjects_validates():
    rows = k_fold(cohort(20), folds=4, validation_share=0.4)
    assert [len(people(rows, role, "k1")) for role in ROLES] == [9, 6, 5]


def test_more_recordings_of_a_subject_do_not_change_folds():
    subjects = [("simulated", f"s{number:02}") for number in range(6)]
    assert k_fold(recordings_of(subjects, 5)) == k_fold(recordings_of(subjects, 1))


def test_subjects_with_the_same_name_in_two_data_sets_are_two_people():
    rows = loso(recordings_of([("a", "01"), ("b", "01"), ("b", "02")]), validation_subjects=1)
    assert people(rows, "test", "a-01") == [("a", "01")]
    assert len(people(rows, "train", "a-01")) == 1


@pytest.mark.parametrize("scheme", EACH_SUBJECT_ONCE)
@pytest.mark.parametrize(
    ("plugin", "one", "other"), [(chb_mit, "chb01_01", "chb21_01"), (sleep_edf, "SC4001E0", "SC4002E0")]
)
def test_sessions_and_nights_of_one_person_have_one_role(scheme, plugin, one, other):
    recordings = [{"dataset": "real", **row} for row in plugin.recordings()]
    for seed in range(3):
        manifest = splits.Manifest.of(splits.folds(recordings, scheme=scheme, seed=seed), recordings)
        for fold in manifest.names()[:8]:
            for role in ROLES:
                names = {row["recording"] for row in manifest.members(fold, role)}
                assert (one in names) == (other in names)


def test_folds_with_the_same_name_are_refused():
    with pytest.raises(ValueError, match="have the same name, 'a-b-c'; rename"):
        loso(recordings_of([("a-b", "c"), ("a", "b-c"), ("d", "e")]), validation_subjects=1)


@pytest.mark.parametrize(
    ("n", "validation", "message"),
    [
        (2, 1, "needs 3 subjects.*add recordings"),
        (3, 2, "validation_subjects is 2, but with 3 subjects it must be 1$"),
        (5, 0, "between 1 and 3"),
        (5, "2", "validation_subjects is 2, but"),
    ],
)
def test_leave_one_subject_out_refuses_too_few_subjects_with_a_remedy(n, validation, message):
    with pytest.raises(ValueError, match=message):
        loso(cohort(n), validation_subjects=validation)


@pytest.mark.parametrize(
    ("n", "options", "message"),
    [
        (2, {}, "subject_k_fold needs 3 subjects.*there are 2; add recordings"),
        (4, {}, "folds is 5, but with 4 subjects it must be between 2 and 4"),
        (6, {"folds": 1}, "folds is 1, but with 6 subjects it must be between 2 and 6"),
        (6, {"folds": 2.5}, "folds is 2.5, but"),
        (3, {"folds": 2}, "2 folds of 3 subjects leave only one.*set folds to 3"),
        (6, {"validation_share": 1}, "validation_share is 1; choose a share between 0 and 1"),
        (6, {"validation_share": "many"}, "validation_share is many; choose"),
    ],
)
def test_subject_k_fold_refuses_invalid_options_with_a_remedy(n, options, message):
    with pytest.raises(ValueError, match=message):
        k_fold(cohort(n), **options)


def test_a_data_set_has_its_published_split(tmp_path):
    for split, subject in [("train", "aaaaaaaa"), ("train", "aaaaaaab"), ("dev", "aaaaaaac"), ("eval", "aaaaaaad")]:
        for session in ("s001", "s002"):
            folder = tmp_path / f"edf/{split}/{subject}/{session}_2015/01_tcp_ar"
            folder.mkdir(parents=True)
            (folder / f"{subject}_{session}_t000.edf").touch()
    rows = fixed([{"dataset": "tusz", **row} for row in tusz.recordings(root=str(tmp_path))])
    assert {row["fold"] for row in rows} == {"fixed"}
    assert [(row["role"], row["subject"]) for row in rows] == [
        ("train", "aaaaaaaa"),
        ("train", "aaaaaaab"),
        ("validation", "aaaaaaac"),
        ("test", "aaaaaaad"),
    ]


def test_a_data_set_can_be_test_only_beside_one_with_a_split():
    split = with_splits(cohort(3), "train", "dev", "eval")
    other = with_splits(recordings_of([("other", "x")]), "eval")
    assert people(fixed([*split, *other]), "test") == [("other", "x"), ("simulated", "s02")]


@pytest.mark.parametrize(
    ("recordings", "message"),
    [
        (cohort(3), "the data set 'simulated' has no published split; choose the scheme subject_k_fold"),
        (with_splits(cohort(3), "train", "", "eval"), "has no published split"),
        (with_splits(cohort(3), "train", "train", "eval"), "no recording is in the split 'dev'; use all of train, dev"),
        (with_splits(cohort(3), "train", "dev", "evil"), "'s02_0' of 'simulated'.*'evil'. Did you mean 'eval'"),
        ([], "no recording is in the split 'train'"),
    ],
)
def test_an_unknown_split_is_refused_with_a_remedy(recordings, message):
    with pytest.raises(ValueError, match=message):
        fixed(recordings)


@pytest.mark.parametrize(("first", "second"), [("dev", "eval"), ("train", "eval"), ("train", "dev")])
def test_a_split_that_divides_a_subject_is_refused(first, second):
    recordings = with_splits(cohort(4), "train", "dev", "eval", first)
    recordings[-1]["split"] = second
    with pytest.raises(ValueError, match=f"'s03' of 'simulated' is in the splits {first} and {second}; use a release"):
        fixed(recordings)


def test_a_misspelt_scheme_gets_a_hint():
    with pytest.raises(UnknownNameError, match="Did you mean 'leave_one_subject_out'"):
        splits.folds(cohort(4), scheme="leave_one_subject", seed=1)


@pytest.mark.parametrize("scheme", splits.CONTINUES)
def test_a_scheme_that_continues_another_has_no_folds_of_its_own(scheme):
    with pytest.raises(ValueError, match=f"{scheme} has no folds; use those of the scheme in 'base'"):
        splits.folds(cohort(4), scheme=scheme, seed=1)


def test_only_existing_schemes_between_subjects_are_continued():
    schemes = plugins.available("bandmap.train.schemes")
    assert all(set(bases) == set(schemes) - {"within_subject"} for bases in splits.CONTINUES.values())
    assert not set(splits.CONTINUES) & set(schemes)


def test_options_of_a_scheme_are_read_without_importing_it():
    arguments = plugins.keyword_arguments("bandmap.train.schemes", "subject_k_fold", "assign")
    assert arguments == {"seed": True, "folds": False, "validation_share": False}


def test_planning_folds_imports_nothing_heavy():
    code = (
        "import sys; from bandmap.vocabulary import plugins; from bandmap.train import schemes;"
        "[plugins.load('bandmap.train.schemes', name) for name in plugins.available('bandmap.train.schemes')];"
        "print(sorted({'numpy', 'torch', 'pandas', 'mne'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@st.composite
def with_shared_people(draw):
    """Draw recordings, some people of which have several labels, and a scheme between subjects that suits them."""
    groups = draw(st.lists(st.integers(1, 3), min_size=4, max_size=8))
    labels = draw(st.permutations([person for person, n in enumerate(groups) for _ in range(n)]))
    recordings = []
    for place, person in enumerate(labels):
        first = labels.index(person)
        names = [f"d{number % 2}/s{number:02}" for number in (place, first)]
        dataset, _, subject = names[0].partition("/")
        split = tusz.SPLITS[person % 3]
        rows = recordings_of([(dataset, subject)], draw(st.integers(1, 2)))
        recordings += [{**row, "split": split, **({"person": names[1]} if groups[person] > 1 else {})} for row in rows]
    scheme = draw(st.sampled_from([*EACH_SUBJECT_ONCE, "fixed"]))
    return recordings, scheme, {"folds": draw(st.integers(2, len(groups)))} if scheme == "subject_k_fold" else {}


@settings(max_examples=100)
@given(with_shared_people(), SEEDS)
def test_no_fold_divides_a_person_and_every_label_has_a_role(case, seed):
    recordings, scheme, options = case
    person_of = {(r["dataset"], r["subject"]): r.get("person", f"{r['dataset']}/{r['subject']}") for r in recordings}
    roles, labels = defaultdict(set), defaultdict(set)
    for row in splits.folds(recordings, scheme=scheme, seed=seed, **options):
        who = row["dataset"], row["subject"]
        roles[row["fold"], person_of[who]].add(row["role"])
        labels[row["fold"]].add(who)
    assert all(len(found) == 1 for found in roles.values())
    assert all(found == set(person_of) for found in labels.values())


def test_a_person_in_two_parts_of_a_published_split_is_refused():
    rows = with_splits(cohort(4), "train", "dev", "eval", "train")
    shared = [{**row, "person": "simulated/s02"} if row["subject"] in ("s02", "s03") else row for row in rows]
    with pytest.raises(ValueError, match="subject 's03' of 'simulated' is in the splits eval and train"):
        fixed(shared)
