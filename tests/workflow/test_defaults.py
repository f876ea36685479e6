"""Defaults give way to what the user wrote; what the user wrote is refused where it does not fit."""

import logging
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from running import plan, planned

from bandmap.workflow.defaults import check_typed, give_way
from bandmap.workflow.settings import SettingsError, check

ROOT = Path(__file__).parents[2]
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())


def given(**run):
    """Return all settings, with defaults that have given way to those of `run`."""
    config = deepcopy(DEFAULTS)
    config["run"].update(run)
    give_way(config, {"run": run})
    return config


@pytest.mark.parametrize("model", sorted(DEFAULTS["models"]))
def test_every_model_can_be_named_alone(model):
    config = given(models=[model])
    check(config)
    assert {"band_occlusion", "occlusion"} <= set(config["run"]["matrices"])
    assert ("gradcam" in config["run"]["matrices"]) == (model == "cwt_resnet18")


@pytest.mark.parametrize("method", ["band_occlusion", "occlusion", "gradcam"])
def test_an_interpretation_can_be_named_alone(method):
    config = given(interpretations=[method])
    check(config)
    assert config["run"]["matrices"] == [method]


def test_one_line_states_what_is_left_out_and_how_to_choose(caplog):
    with caplog.at_level(logging.WARNING):
        given(models=["eegwavenet"])
    (record,) = caplog.records
    assert record.getMessage() == (
        "config.yaml: run: matrices: left out of the default, since they do not work with the models eegwavenet or your"
        " interpretations: published, gradcam. To choose matrices yourself, write"
        " `run: {matrices: [band_occlusion, occlusion]}`."
    )


def test_defaults_that_fit_some_model_stay_without_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert given(models=["eegwavenet", "cwt_resnet18"]) == {
            **DEFAULTS,
            "run": {**DEFAULTS["run"], "models": ["eegwavenet", "cwt_resnet18"]},
        }
    assert not caplog.records


@pytest.mark.parametrize("matrix", ["gradcam", "published"])
def test_a_setting_of_the_user_that_does_not_fit_is_refused(matrix):
    config = given(models=["eegwavenet"], matrices=["band_occlusion", matrix])
    assert config["run"]["matrices"] == ["band_occlusion", matrix]
    with pytest.raises(SettingsError, match=f"{matrix} works with none of the models eegwavenet"):
        check(config)


def test_a_misspelt_model_gets_a_hint():
    with pytest.raises(SettingsError, match="Did you mean 'eegwavenet'"):
        check(given(models=["eegwavnet"]))


@pytest.mark.workflow
def test_a_model_named_alone_is_planned(tmp_path):
    (tmp_path / "my.yaml").write_text("run: {models: [eegwavenet]}\n")
    run = plan(tmp_path, configfile=tmp_path / "my.yaml")
    assert planned(run)["train_fold"] == 10, run.stderr
    assert "left out of the default" in run.stderr


@pytest.mark.parametrize("value", ["4", "0.5", "true", "null"])
def test_a_value_inside_braces_of_the_command_line_is_refused_where_it_would_be_read_as_text(value):
    with pytest.raises(
        SettingsError, match=rf"^--config: training: epochs: .* the value {value} as text.*--configfile$"
    ):
        check_typed({"training": {"epochs": value}})


@pytest.mark.parametrize("value", ["cwt_resnet18", ["01"], 3, None, "", "a: [", "http://mirror"])
def test_names_of_the_command_line_and_what_is_typed_are_passed_on(value):
    check_typed({"run": {"models": value}, "seed": 3, "mirror": None})


def test_the_plan_refuses_a_number_inside_braces_in_one_line(tmp_path):
    result = plan(tmp_path, "--config", "datasets={simulated: {subjects: 4}}")
    assert (
        "--config: datasets: simulated: subjects: Snakemake passes the value 4 as text" in result.stdout + result.stderr
    )
