"""The schema of config.yaml: in step with the defaults, strict, and described."""

import copy
import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bandmap.workflow.settings import SettingsError, check

ROOT = Path(__file__).resolve().parents[2]
OPEN = {"datasets", "representations", "models", "interpretations", "schemes", "products", "bands_hz", "regions"}


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(read("schemas/config.schema.yaml"))


def messages(changes: Mapping[str, Any]) -> list[str]:
    """Return what the schema says of the defaults with some keys changed, e.g. {"windows.step_seconds": 0}."""
    settings = copy.deepcopy(read("config.yaml"))
    for path, value in changes.items():
        *sections, key = path.split(".")
        place = settings
        for section in sections:
            place = place[section]
        place[key] = value
    return [error.message for error in validator().iter_errors(settings)]


def nodes(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from nodes(value)


def test_the_schema_is_valid_and_accepts_the_defaults() -> None:
    schema = read("schemas/config.schema.yaml")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]
    assert messages({}) == []


def test_schema_and_defaults_have_the_same_keys() -> None:
    schema, settings = read("schemas/config.schema.yaml"), read("config.yaml")
    assert set(schema["properties"]) == set(settings) == set(schema["required"])
    for name, section in schema["properties"].items():
        if "properties" in section and name not in OPEN:
            assert set(section["properties"]) == set(settings[name]) == set(section["required"]), name


def test_defaults_are_only_in_config_yaml() -> None:
    assert [part for part in nodes(read("schemas/config.schema.yaml")) if "default" in part] == []


def test_every_key_is_described_and_no_section_takes_unknown_keys() -> None:
    schema = read("schemas/config.schema.yaml")
    for name, section in schema["properties"].items():
        assert section["description"], name
        if section.get("type") == "object" and name not in OPEN:
            assert section["additionalProperties"] is False, name
        for key, part in section.get("properties", {}).items():
            assert "description" in part, f"{name}: {key}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": "one"}, "'one' is not of type 'integer'"),
        ({"seed": -1}, "-1 is less than the minimum of 0"),
        ({"device": "gpu"}, "'gpu' is not one of ['auto', 'cpu', 'cuda']"),
        ({"harmonize.montage": "bipolar"}, "'bipolar' is not one of"),
        ({"harmonize.notch_hz": 50}, "50 is not of type 'array'"),
        ({"windows.step_seconds": 0}, "0 is less than or equal to the minimum of 0"),
        ({"windows.seizure_overlap": 1.5}, "1.5 is greater than the maximum of 1"),
        ({"windows.lenght_seconds": 4}, "'lenght_seconds' was unexpected"),
        ({"training.epochs": 0}, "0 is less than the minimum of 1"),
        ({"bands_hz.delta": [1]}, "[1] is too short"),
        ({"regions.frontal": []}, "[] should be non-empty"),
        ({"run.models": []}, "[] should be non-empty"),
        ({"run.datasets": ["../elsewhere"]}, "'../elsewhere' does not match"),
        ({"models.mine": {"width": 8}}, "'representation' is a required property"),
        ({"products.published": {"frequncy": "gradcam"}}, "'frequncy' was unexpected"),
    ],
)
def test_a_wrong_value_is_refused(changes: dict[str, Any], message: str) -> None:
    assert any(message in line for line in messages(changes)), messages(changes)


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "", "a b", "a\nb", "ab\n"])
@pytest.mark.parametrize("section", ["datasets", "representations", "models", "schemes", "interpretations", "products"])
def test_no_name_gives_a_path_outside_of_results(section: str, name: str) -> None:
    settings = read("config.yaml")
    settings[section][name] = next(iter(settings[section].values()))
    assert list(validator().iter_errors(settings))


@pytest.mark.parametrize("kind", ["simulated", "simulated_detection", "simulated_sleep", "touchstone"])
def test_a_simulated_cohort_can_have_another_rate(kind: str) -> None:
    settings = read("config.yaml")
    settings["datasets"]["other"] = {"kind": kind, "rate_hz": 512}
    check(settings)
    settings["models"]["cwt_resnet18"]["rate_hz"] = 512  # which the workflow gives to models that want it
    with pytest.raises(SettingsError, match="rate_hz"):
        check(settings)


def test_training_can_use_all_background() -> None:
    assert messages({"training.background_per_seizure": None}) == []
    assert messages({"training.background_per_seizure": 0})


def test_the_page_of_settings_is_up_to_date() -> None:
    path = ROOT / "docs" / "generate_config.py"
    spec = importlib.util.spec_from_file_location("generate_config", path)
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    page = generator.page(read("schemas/config.schema.yaml"), read("config.yaml"))
    assert (ROOT / "docs" / "config.md").read_text(encoding="utf-8") == page, "run python docs/generate_config.py"
