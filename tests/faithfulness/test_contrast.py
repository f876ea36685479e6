"""What the power of recordings says of planted cells without a model."""

import numpy as np
import pytest

from bandmap.faithfulness.from_files.contrast import power_contrasts
from bandmap.files.harmonized import write_recording
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event, Recording

RATE_HZ, SECONDS = 128.0, 60
ATLAS = Atlas.of({"front": ["F3"], "back": ["O1"]}, {"slow": [4, 8], "fast": [13, 30]})


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a recording of noise with a louder band in one channel during an event."""

    def write(name, channel, hz, onset, label="sz"):
        rng, time = np.random.default_rng(len(name)), np.arange(int(RATE_HZ * SECONDS)) / RATE_HZ
        microvolts = rng.standard_normal((2, len(time))).astype(np.float32)
        during = (time >= onset) & (time < onset + 10)
        microvolts[channel, during] += (5 * np.sin(2 * np.pi * hz * time[during])).astype(np.float32)
        path = tmp_path / f"{name}.h5"
        recording = Recording(microvolts, RATE_HZ, ("F3", "O1"), (Event(onset, onset + 10, label),))
        write_recording(path, recording, attributes={})
        return path

    return write


def largest(table):
    top = table.loc[table.groupby(["subject", "class"])["importance"].idxmax()]
    return {(row.subject, row["class"]): (row.region, row.band) for _, row in top.iterrows()}


def test_the_louder_cell_of_each_subject_is_the_largest(written):
    rows = [{"dataset": "d", "subject": subject} for subject in "ab"]
    files = [written("one", 0, 6, 10), written("other", 1, 20, 30)]
    found = power_contrasts(rows, files, ("sz",), ATLAS)
    assert largest(found) == {("a", "sz"): ("front", "slow"), ("b", "sz"): ("back", "fast")}
    # Of the other cells, noise is the same in both: within a tenth of a factor of ten.
    assert found.query("subject == 'a' and region == 'back'")["importance"].abs().max() < 0.1


def test_recordings_of_a_subject_count_together_and_a_class_that_is_not_there_has_no_value(written):
    rows = [{"dataset": "d", "subject": "a"}] * 2
    files = [written("first", 0, 6, 10, "N2"), written("second", 1, 20, 30, "N3")]
    found = power_contrasts(rows, files, ("N2", "N3", "REM"), ATLAS)
    assert largest(found.dropna()) == {("a", "N2"): ("front", "slow"), ("a", "N3"): ("back", "fast")}
    assert found[found["class"] == "REM"]["importance"].isna().all()
    assert len(found) == 3 * 4
