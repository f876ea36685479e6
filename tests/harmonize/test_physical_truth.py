"""What an electrode does is in the harmonized file where it belongs, whatever the file looked like."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_edf import Made, tals
from spellings import CHB_MIT, NEW_NAMES, REFERENTIAL, SPELLINGS, potential

from bandmap.download.simulation.scalp import ELECTRODES as SIMULATED
from bandmap.download.simulation.seizures import Subject, potentials
from bandmap.files import edf
from bandmap.harmonize import harmonize
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES
from bandmap.vocabulary.recording import Event

SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
REFERENCES = [name for name in SPELLINGS if name not in ("CHB-MIT", "CHB-MIT of MNE", "turned")]
MICROVOLTS = {b"uV": 1, b"mV": 1000, b"V": 1_000_000}
LARGEST = 2000  # microvolts that the files can hold


@dataclass(frozen=True)
class Form:
    """How a file stores what it records: everything that must make no difference."""

    rate_hz: Fraction = Fraction(256)
    record_seconds: Fraction = Fraction(1)
    unit: bytes = b"uV"
    bdf: bool = False
    turned: bool = False
    plus: bool = False

    @property
    def width(self):
        """Samples of a record; a file needs a whole number of them."""
        return self.rate_hz * self.record_seconds

    def write(self, path, channels):
        """Write pairs of label and microvolts; the last record is filled up with what came last."""
        width = int(self.width)
        n_records = -(-len(channels[0][1]) // width)
        steps = 2**23 - 1 if self.bdf else 2**15 - 1
        sign = -1 if self.turned else 1
        limit = f"{LARGEST / MICROVOLTS[self.unit]:g}"
        made = Made(
            [self._digital(values, n_records, width, sign * steps / LARGEST) for _, values in channels],
            [label for label, _ in channels],
            [self.unit] * len(channels),
            (limit, f"-{limit}") if self.turned else (f"-{limit}", limit),
            (str(-steps), str(steps)),
            (b"BDF+C" if self.bdf else b"EDF+C") if self.plus else b"",
            f"{float(self.record_seconds):g}",
            tals=tals([k * float(self.record_seconds) for k in range(n_records)]) if self.plus else None,
            bdf=self.bdf,
        )
        path.write_bytes(bytes(made))

    @staticmethod
    def _digital(values, n_records, width, steps):
        padded = np.pad(values, (0, n_records * width - len(values)), mode="edge")
        return np.round(padded * steps).astype(int).reshape(n_records, width)


forms = st.builds(
    Form,
    st.sampled_from([*map(Fraction, (100, 200, 250, 256, 500, 512)), Fraction(1999, 10)]),
    st.sampled_from([Fraction(1, 10), Fraction(1, 2), *map(Fraction, (1, 2, 10, 30))]),
    st.sampled_from(sorted(MICROVOLTS)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
).filter(lambda form: form.width.denominator == 1)


def read_back(path, form, spelling, electrodes, montage="bipolar18", reference=0.0):
    """Write a brain as a file, and return that file harmonized."""
    form.write(path, [(label, potential(label, electrodes, reference)) for label in SPELLINGS[spelling]])
    return harmonize(edf.read(path), [], **{**SETTINGS, "montage": montage})[0]


def sine_in(electrode, amplitude, rate_hz):
    """Return the potentials of a brain whose one electrode has a sine of 10 Hz."""
    t = np.arange(int(16 * rate_hz)) / float(rate_hz)
    brain = {name: np.zeros_like(t) for name in SIMULATED}
    brain[electrode] = amplitude * np.sin(2 * np.pi * 10 * t)
    return brain


MIDDLE = slice(6 * 128, 10 * 128)
SINE = np.sin(2 * np.pi * 10 * np.arange(MIDDLE.start, MIDDLE.stop) / 128)
many = settings(max_examples=60)


@given(st.sampled_from(sorted(SPELLINGS)), st.sampled_from(ELECTRODES), st.floats(20, 900), forms)
@many
def test_a_sine_is_in_exactly_the_derivations_of_its_electrode(tmp_path, spelling, electrode, amplitude, form):
    found = read_back(tmp_path / "a.edf", form, spelling, sine_in(electrode, amplitude, form.rate_hz))
    for channel, values in zip(found.channels, found.microvolts[:, MIDDLE], strict=True):
        plus, minus = channel.split("-")
        sign = (plus == electrode) - (minus == electrode)
        np.testing.assert_allclose(values, sign * amplitude * SINE, atol=0.1 + 2e-3 * amplitude, err_msg=channel)


@given(st.sampled_from(REFERENCES), st.sampled_from(ELECTRODES), st.floats(20, 900), forms)
@many
def test_a_sine_is_in_its_electrode_and_by_a_nineteenth_in_the_common_average(
    tmp_path, spelling, electrode, amplitude, form
):
    brain = sine_in(electrode, amplitude, form.rate_hz)
    found = read_back(tmp_path / "a.edf", form, spelling, brain, "referential19", reference=100.0)
    assert found.channels == ELECTRODES
    for channel, values in zip(found.channels, found.microvolts[:, MIDDLE], strict=True):
        share = (channel == electrode) - 1 / 19
        np.testing.assert_allclose(values, share * amplitude * SINE, atol=0.1 + 2e-3 * amplitude, err_msg=channel)


SUBJECT = Subject("frontal", "alpha", ("Fp1", "F3"), alpha_hz=10.0, line_hz=50.0, gain=1.0, slope=1.7)


def simulated_brain():
    seizure = Event(8.0, 16.0, "sz")
    chance = np.random.default_rng(1)
    rows = potentials(SUBJECT, [seizure], duration_seconds=20, rate_hz=256, generator=chance)
    return dict(zip(SIMULATED, rows.astype(float), strict=True))


def against(brain, reference):
    return {name: values - reference for name, values in brain.items()}


def six_files(folder):
    """Write one brain in six montages and spellings, and yield each file and whether it is referential."""
    brain = simulated_brain()
    wander = 300 * np.sin(np.arange(20 * 256) / 700)
    average = np.mean([brain[name] for name in ELECTRODES], axis=0)
    ears = brain["T3"] / 2 + brain["T4"] / 2
    half, two, ten = Fraction(1, 2), Fraction(2), Fraction(10)
    averaged, linked = SPELLINGS["fp1-avg, backwards"], SPELLINGS["EEG F7-LE"]
    vertex = [f"{NEW_NAMES.get(name, name)}-Cz" for name in ELECTRODES if name != "Cz"]
    written = [
        ("wandering reference", Form(), REFERENTIAL, against(brain, wander)),
        ("common average", Form(record_seconds=half, unit=b"mV"), averaged, against(brain, average)),
        ("linked ears", Form(record_seconds=two, unit=b"V", bdf=True), linked, against(brain, ears)),
        ("vertex", Form(turned=True), vertex, brain),
        ("CHB-MIT", Form(record_seconds=ten, plus=True), CHB_MIT, brain),
        ("turned double banana", Form(unit=b"mV", bdf=True, plus=True), SPELLINGS["turned"], brain),
    ]
    for name, form, labels, electrodes in written:
        path = folder / f"{name}.edf"
        form.write(path, [(label, potential(label, electrodes)) for label in labels])
        yield path, labels not in (CHB_MIT, SPELLINGS["turned"])


@pytest.mark.parametrize("montage", ["bipolar18", "referential19"])
def test_one_simulated_brain_in_six_montages_and_spellings_gives_the_same_signals(tmp_path, montage):
    options = {**SETTINGS, "montage": montage}
    usable = [path for path, referential in six_files(tmp_path) if referential or montage == "bipolar18"]
    assert len(usable) == (6 if montage == "bipolar18" else 4)
    results = [harmonize(edf.read(path), [], **options)[0] for path in usable]
    assert np.std(results[0].microvolts) > 5
    for path, result in zip(usable, results, strict=True):
        assert result.channels == (BIPOLAR18 if montage == "bipolar18" else ELECTRODES)
        assert result.masked_channels == result.interpolated_channels == ()
        np.testing.assert_allclose(result.microvolts, results[0].microvolts, atol=1, err_msg=path.stem)
