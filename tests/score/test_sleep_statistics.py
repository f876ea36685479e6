"""Statistics of a night, counted by hand, with the names and values of YASA."""

import math

import numpy as np
import pytest

from bandmap.score.hypnogram import night_statistics

W, N1, N2, N3, REM, NONE = 0, 1, 2, 3, 4, -1


def values(stages, **how):
    return {row.name: row.value for row in night_statistics(np.array(stages), **how)}


def test_a_night_of_ten_epochs_is_counted_as_yasa_counts_it():
    """The expected numbers are what `yasa.Hypnogram.sleep_statistics` of YASA 0.8.1 returns, to four decimals."""
    found = values([W, W, N1, W, N2, N3, REM, NONE, REM, W])
    theirs = {
        "TIB": 5.0, "SPT": 3.5, "WASO": 0.5, "TST": 2.5, "SE": 50.0, "SME": 71.4286, "SOL": 1.0, "Lat_REM": 3.0,
        "W": 2.0, "N1": 0.5, "N2": 0.5, "N3": 0.5, "REM": 1.0, "UNS": 0.5, "%N1": 20.0, "%N2": 20.0, "%N3": 20.0,
        "%REM": 40.0,
    }  # fmt: skip
    assert {name: round(found[name], 4) for name in theirs} == theirs


def test_the_manual_counts_wake_until_lights_on_and_rem_from_sleep_onset():
    found = values([W, W, N1, W, N2, N3, REM, NONE, REM, W])
    assert found["WASO_AASM"] == 1.0
    assert found["Lat_REM_AASM"] == 2.0
    assert found["TIB"] == found["SOL"] + found["TST"] + found["WASO_AASM"] + found["UNS"]


def test_minutes_of_all_stages_add_up_and_their_shares_to_all_of_sleep():
    found = values(np.random.default_rng(3).integers(-1, 5, 960))
    assert sum(found[name] for name in ("W", "N1", "N2", "N3", "REM", "UNS")) == found["TIB"] == 480
    assert sum(found[f"%{name}"] for name in ("N1", "N2", "N3", "REM")) == pytest.approx(100)


@pytest.mark.parametrize("stages", [[W, W, W], [NONE, W], []])
def test_a_night_without_sleep_has_no_latency_and_no_shares(stages):
    found = values(stages)
    assert found["TST"] == found["SPT"] == 0
    undefined = ("WASO", "WASO_AASM", "SOL", "Lat_REM", "Lat_REM_AASM", "SME", "%N2")
    assert all(math.isnan(found[name]) for name in undefined)


def test_a_night_without_rem_has_no_latency_of_rem():
    found = values([W, N2, N2])
    assert math.isnan(found["Lat_REM"])
    assert found["REM"] == found["%REM"] == 0


def test_minutes_follow_the_length_of_an_epoch():
    assert values([W, N2, N2], epoch_seconds=20)["TST"] == pytest.approx(2 / 3)
