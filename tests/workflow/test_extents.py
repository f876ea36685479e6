"""Windows and bands that no representation can give are refused by the plan, not by a job hours later."""

import logging
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from bandmap.workflow.extents import check_extents
from bandmap.workflow.settings import SettingsError, drop_removed

ROOT = Path(__file__).parents[2]
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(overlay):
    """Return the defaults with an overlay, merged as Snakemake merges them, without what it removes."""

    def merge(into, other):
        for key, value in other.items():
            if isinstance(value, dict) and isinstance(into.get(key), dict):
                merge(into[key], value)
            else:
                into[key] = value

    config = deepcopy(DEFAULTS)
    merge(config, yaml.safe_load(overlay))
    drop_removed(config)
    return config


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (
            "windows: {length_seconds: 4.03}",
            "windows: length_seconds of 4.03 s is not a whole number of frames at 16 Hz; use a multiple of 0.0625 s,"
            " such as 4 (cwt_resnet18 reads the representation cwt)",
        ),
        ("windows: {step_seconds: 0.3}", "windows: step_seconds of 0.3 s is not a whole number of frames at 16 Hz"),
        (
            "windows: {answer_seconds: 1}",
            "models: cwt_resnet18: windows: answer_seconds: cwt_resnet18 gives one answer per window; set it to null",
        ),
        (
            "windows: {answer_seconds: 0.3}",
            "models: cwt_resnet18: windows: answer_seconds of 0.3 s is not a whole number of frames at 16 Hz",
        ),
        (
            "{run: {models: [seizure_transformer]}, models: {seizure_transformer: {windows: {step_seconds: 7.5}}}}",
            "models: seizure_transformer: windows: step_seconds of 7.5 s is not a whole number of answers of 1 s",
        ),
        ("windows: {training_step_seconds: 0.01}", "use a multiple of 0.0625 s, such as 0.0625"),
        (
            "{run: {models: [eegwavenet]}, models: {eegwavenet: {windows: {length_seconds: 4.003}}}}",
            "models: eegwavenet: windows: length_seconds of 4.003 s is not a whole number of frames at 128 Hz",
        ),
        (
            "{run: {models: [freqcut_vit]}, models: {freqcut_vit: {windows: {step_seconds: 7.5}}}}",
            "models: freqcut_vit: windows: step_seconds of 7.5 s is not a whole number of frames at 1 Hz",
        ),
        (
            "bands_hz: {gamma: [30, 60]}",
            "bands_hz: gamma: 30 to 60 Hz reaches above harmonize: low_pass_hz 45, where the filter leaves nothing; end"
            " the band at 45 Hz, or raise low_pass_hz",
        ),
        ("bands_hz: {high: [50, 60]}", "where the filter leaves nothing; set the band to null, or raise low_pass_hz"),
        ("bands_hz: {slow: [0.1, 0.5]}", "slow: 0.1 to 0.5 Hz is below harmonize: high_pass_hz 0.5"),
        (
            "bands_hz: {high: [40, 45]}",
            "high: 40 to 45 Hz is outside of the representation cwt, which holds 1 to 40 Hz; set the band to null, or",
        ),
        (
            "{run: {models: [freqcut_vit]}, bands_hz: {gamma: [32, 45]}}",
            "the representation spectrogram, which holds 0 to 32",
        ),
    ],
)
def test_extents_that_do_not_fit_are_refused_in_one_line_with_a_remedy(overlay, message):
    with pytest.raises(SettingsError) as caught:
        check_extents(changed(overlay))
    assert message in str(caught.value)
    assert str(caught.value).startswith("config.yaml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "overlay",
    [
        "{}",
        "windows: {length_seconds: 4.0625}",
        "{run: {models: [eegwavenet]}, windows: {length_seconds: 4.0078125}}",
        "bands_hz: {gamma: [30, 45]}",
        "{run: {models: [freqcut_vit, seq_freqcut_vit]}}",
        "{run: {models: [eegwavenet]}, bands_hz: {high: [40, 45]}}",
    ],
)
def test_extents_that_fit_are_planned(overlay):
    check_extents(changed(overlay))


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ("{}", []),
        (
            "bands_hz: {gamma: [30, 45]}",
            ["gamma: of 30 to 45 Hz, the representation cwt covers 30 to 40 Hz only"],
        ),
        ("bands_hz: {delta: [0.5, 4]}", ["delta: of 0.5 to 4 Hz, the representation cwt covers 1 to 4 Hz only"]),
        (
            "run: {models: [freqcut_vit]}",
            ["gamma: of 30 to 40 Hz, the representation spectrogram covers 30 to 32 Hz"],
        ),
    ],
)
def test_a_partly_covered_band_is_named(overlay, said, caplog):
    with caplog.at_level(logging.WARNING):
        check_extents(changed(overlay))
    assert [part in record.getMessage() for part, record in zip(said, caplog.records, strict=True)] == [True] * len(
        said
    )


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_fits(path):
    check_extents(changed(path.read_text()))
