"""The lead field: MNE's own, of a head whose left and right are alike, focal under electrodes."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bandmap.download.simulation.leadfield import lead_field
from bandmap.vocabulary.montages import BEHIND_EARS, ELECTRODES, MONTAGES, mirrored

FIELD = lead_field()


def test_the_table_is_what_mne_computes():
    maker = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "tools/make_leadfield_table.py")))
    rows = maker.rows()
    assert [row["source"] for row in rows] == list(FIELD.sources)
    assert tuple(rows[0])[4:] == FIELD.electrodes
    made = np.array([[float(row[name]) for name in FIELD.electrodes] for row in rows])
    # MNE fits the three terms of its sphere by a search whose last steps differ between processors.
    np.testing.assert_allclose(FIELD.microvolts, made, rtol=0, atol=0.001 * np.abs(made).max())
    np.testing.assert_allclose(FIELD.metres, [[float(row[axis]) for axis in "xyz"] for row in rows], atol=2e-4)


def test_every_electrode_of_the_10_20_system_that_a_montage_needs_is_there():
    needed = {end for names in MONTAGES.values() for name in names for end in name.split("-")}
    behind_the_ears = {end for name in BEHIND_EARS for end in name.split("-")}
    assert needed - behind_the_ears <= set(FIELD.electrodes)


def test_the_mean_of_the_nineteen_is_the_reference():
    columns = [FIELD.electrodes.index(electrode) for electrode in ELECTRODES]
    assert np.abs(FIELD.microvolts[:, columns].mean(axis=1)).max() < 1e-4


def test_left_and_right_are_mirror_images():
    images = mirrored(FIELD.electrodes)
    for number, source in enumerate(FIELD.sources):
        if source.startswith("left-"):
            other = FIELD.sources.index(source.replace("left", "right"))
            np.testing.assert_allclose(FIELD.microvolts[number], FIELD.microvolts[other][images], atol=2e-4)


@pytest.mark.parametrize("electrode", ELECTRODES)
def test_a_patch_under_an_electrode_is_largest_there_and_falls_off(electrode):
    seen = FIELD.under([electrode], ELECTRODES)
    place = ELECTRODES.index(electrode)
    assert seen[place] == 1
    assert np.abs(np.delete(seen, place)).max() < 0.6


def test_a_patch_between_two_electrodes_has_equal_potentials_at_both():
    seen = dict(zip(ELECTRODES, FIELD.under(["C3", "T3"], ELECTRODES), strict=True))
    assert min(seen["C3"], seen["T3"]) > 0.85
    assert max(abs(value) for name, value in seen.items() if name not in ("C3", "T3")) < 0.6


def test_a_deep_source_reaches_all_electrodes_and_a_cortical_one_does_not():
    def reaching(seen: np.ndarray) -> int:
        return int((np.abs(seen) > 0.25).sum())

    assert all(reaching(FIELD.deep(way, ELECTRODES)) >= 9 for way in ("up", "front", "left", "right"))
    assert all(reaching(FIELD.under([electrode], ELECTRODES)) <= 7 for electrode in ELECTRODES)
