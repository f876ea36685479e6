"""What the profiles ask for: of rules that there are, more for more input, twice as much at every new attempt."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
import yte

ROOT = Path(__file__).parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*/profile.yaml"))
CLUSTERS = [path for path in PROFILES if path.parent.name != "default"]
RULES = {
    name
    for path in (ROOT / "rules").glob("*.smk")
    for name in re.findall(r"^(?:rule|use rule \w+ as) (\w+)", path.read_text(), re.MULTILINE)
}


def read(path):
    text = path.read_text(encoding="utf-8")
    return yte.process_yaml(text) if "__use_yte__" in text else yaml.safe_load(text)


def asked(path):
    """Yield rule, resource and expression."""
    profile = read(path)
    for rule, resources in {"the others": profile["default-resources"], **profile["set-resources"]}.items():
        yield from ((rule, name, value) for name, value in resources.items() if name in ("mem_mb", "runtime"))


def value(expression, attempt=1, megabytes=100):
    return eval(str(expression), {"attempt": attempt, "input": SimpleNamespace(size_mb=megabytes)})


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_a_profile_names_existing_rules(path):
    profile = read(path)
    assert {*profile["groups"], *profile["set-resources"]} <= RULES
    assert {entry.partition("=")[0] for entry in profile["group-components"]} == set(profile["groups"].values())


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_every_new_attempt_gets_twice_the_memory_and_time_in_whole_numbers(path):
    for rule, name, expression in asked(path):
        needs = [value(expression, attempt) for attempt in (1, 2, 3)]
        assert all(isinstance(need, int) for need in needs), (rule, name)
        assert needs == [needs[0], 2 * needs[0], 4 * needs[0]], (rule, name)


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.parent.name)
def test_jobs_that_read_whole_recordings_request_more_for_longer_ones(path):
    memory = {rule: expression for rule, name, expression in asked(path) if name == "mem_mb"}
    for rule in ("predict_recording", "train_fold", "interpret_recording"):
        assert value(memory[rule], megabytes=4000) >= value(memory[rule], megabytes=166) + 3000


def test_jobs_of_a_group_request_resources_before_their_input_exists():
    for path in CLUSTERS:
        grouped = [rule for rule, group in read(path)["groups"].items() if group == "prepare"]
        assert not [entry for entry in asked(path) if entry[0] in grouped and "input" in str(entry[2])]


def test_all_profiles_watch_for_the_same_changes():
    assert len({tuple(read(path)["rerun-triggers"]) for path in PROFILES}) == 1


@pytest.mark.parametrize(("way", "resources"), [("gpu", {"gpu": 1}), ("gres", {"gres": "'gpu:1'"}), ("none", {})])
def test_a_gpu_is_requested_in_the_form_of_the_cluster(monkeypatch, way, resources):
    monkeypatch.setenv("BANDMAP_GPU", way)
    rules = read(ROOT / "profiles/slurm/profile.yaml")["set-resources"]
    asking = {name: {key: n for key, n in rule.items() if key in ("gpu", "gres")} for name, rule in rules.items()}
    trained = {"train_fold", "train_on_shuffled_labels", "fine_tune_fold", "interpret_recording", "check_faithfulness"}
    assert {name: found for name, found in asking.items() if found} == dict.fromkeys(
        trained if resources else (), resources
    )
