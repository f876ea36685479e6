"""Spherical splines: where electrodes are and what a missing one is made of, as in MNE-Python."""

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandmap.harmonize.interpolate import POSITIONS, spline_weights
from bandmap.vocabulary.montages import ELECTRODES

montages = st.sets(st.sampled_from(sorted(POSITIONS)), min_size=4).flatmap(lambda names: st.permutations(sorted(names)))


def mne_weights(missing, present):
    """Return what MNE makes a missing electrode of: each present one has the value 1 in a sample of its own."""
    names = [missing, *present]
    info = mne.create_info(names, 100.0, "eeg")
    places = {name: 0.09 * POSITIONS[name] for name in names}
    info.set_montage(mne.channels.make_dig_montage(places, coord_frame="head"))
    raw = mne.io.RawArray(np.eye(len(names)), info, verbose="error")
    raw.info["bads"] = [missing]
    return raw.interpolate_bads(origin=(0, 0, 0), verbose="error").get_data(missing)[0, 1:]


@pytest.mark.parametrize("missing", ELECTRODES)
def test_the_weights_are_those_of_mne_on_the_same_positions(missing):
    present = [name for name in ELECTRODES if name != missing]
    np.testing.assert_allclose(spline_weights(missing, present), mne_weights(missing, present), atol=1e-9)


@given(names=montages)
@settings(max_examples=30)
def test_the_weights_are_those_of_mne_for_any_electrodes(names):
    missing, *present = names
    np.testing.assert_allclose(spline_weights(missing, present), mne_weights(missing, present), atol=1e-6)


def test_electrodes_have_the_positions_of_mne():
    """`POSITIONS` are rounded to 1/10000: directions from the centre of the sphere that MNE fits to the electrodes."""
    info = mne.create_info(list(POSITIONS), 100.0, "eeg")
    info.set_montage("colin27_1020")
    _, centre, _ = mne.bem.fit_sphere_to_headshape(info, dig_kinds="eeg", units="m", verbose="error")
    theirs = np.array([channel["loc"][:3] for channel in info["chs"]]) - centre
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    np.testing.assert_allclose(list(POSITIONS.values()), theirs, atol=1e-4)


def test_a_smooth_field_is_interpolated_as_mne_does_from_its_own_positions():
    info = mne.create_info(list(ELECTRODES), 100.0, "eeg")
    info.set_montage("colin27_1020")
    positions = np.array([channel["loc"][:3] for channel in info["chs"]])
    field = 40 * positions[:, 1] / 0.1 + 30 * (positions[:, 0] / 0.1) * (positions[:, 2] / 0.1)
    raw = mne.io.RawArray(np.repeat(field[:, None], 10, axis=1) * 1e-6, info, verbose="error")
    for missing in ("Fp2", "T3", "Cz", "O1"):
        raw.info["bads"] = [missing]
        theirs = raw.copy().interpolate_bads(verbose="error").get_data(missing)[0, 0] * 1e6
        present = [name for name in ELECTRODES if name != missing]
        ours = spline_weights(missing, present) @ [field[ELECTRODES.index(name)] for name in present]
        assert ours == pytest.approx(theirs, abs=1.0)


@given(present=st.sets(st.sampled_from(sorted(POSITIONS)), min_size=4), missing=st.sampled_from(ELECTRODES))
@settings(max_examples=30)
def test_spline_weights_add_up_to_one(present, missing):
    assert spline_weights(missing, sorted(present - {missing})).sum() == pytest.approx(1, abs=1e-6)
