"""Which rows of a representation belong to which band, and how much of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandmap.aggregate.matrices import frequency_importance, region_band_matrix
from bandmap.represent.timefrequency.spectrogram import frequency_cut, row_edges, row_frequencies
from bandmap.vocabulary.atlas import Atlas

BANDS = {"delta": [1, 4], "theta": [4, 8], "alpha": [8, 14], "beta": [14, 30], "gamma": [30, 40]}
ATLAS = Atlas.of({"central": ["C3", "C4"]}, BANDS)
CUT = row_frequencies(cut=True), row_edges(cut=True)


def test_edges_of_cut_rows_are_those_of_the_rows_that_are_averaged():
    frequencies, edges = map(np.array, CUT)
    assert len(edges) == len(frequencies) + 1 == 21
    assert frequencies == pytest.approx((edges[1:] + edges[:-1]) / 2)
    assert row_edges(cut=False) == tuple(range(33))


def test_a_band_is_the_mean_over_its_hertz_not_over_its_rows():
    hertz = np.random.default_rng(0).random((1, 32))
    fine = frequency_importance(hertz, ATLAS, row_frequencies(cut=False), row_edges(cut=False))
    cut = frequency_importance(frequency_cut(hertz), ATLAS, *CUT)
    by_hand = hertz[0, 14:28].sum() + 2 * hertz[0, 28:32].mean()  # of the last row, half lies in beta
    assert cut[0, 3] == pytest.approx(by_hand / 16)
    assert cut[0, :3] == pytest.approx(fine[0, :3])
    assert fine[0, 3] == pytest.approx(hertz[0, 14:30].mean())


def test_a_band_of_which_less_than_half_is_covered_is_empty():
    shares = ATLAS.band_shares(*CUT)
    assert not shares[4].any()  # rows end at 32 Hz
    matrix = region_band_matrix({("region", "band"): np.ones((1, 1, 5))}, ATLAS, ["C3"], CUT[0], edges_hz=CUT[1])
    assert np.isnan(matrix[0, 0]).tolist() == [False] * 4 + [True]
    assert np.isnan(frequency_importance(np.ones((1, 20)), ATLAS, *CUT)[0]).tolist() == [False] * 4 + [True]
    wider = Atlas.of({}, {"gamma": [28, 36]})
    assert wider.band_shares(*CUT)[0, -1] == 1


@given(st.floats(0, 31), st.floats(0.5, 20))
def test_shares_in_hertz_are_the_overlap_of_rows_and_band(low, width):
    shares = Atlas.of({}, {"band": [low, low + width]}).band_shares(*CUT)[0]
    common = min(low + width, 32) - low
    assert shares @ np.diff(CUT[1]) == pytest.approx(common if common >= width / 2 else 0, abs=1e-6)


def test_wavelets_are_either_in_a_band_or_not():
    frequencies = (1.0, 3.9, 4.0, 29.9, 30.0)
    assert (ATLAS.band_shares(frequencies) == ATLAS.band_members(frequencies)).all()
