"""A file of any size is read through a map of which only a part stays in memory."""

import re
from pathlib import Path

import numpy as np
import pytest

from bandmap.files import _mapped

MEBIBYTE = 2**20
SMAPS = Path("/proc/self/smaps")


@pytest.mark.skipif(not SMAPS.exists(), reason="the system does not say which pages are resident")
def test_pages_that_were_read_are_released(tmp_path, monkeypatch):
    monkeypatch.setattr(_mapped, "RESIDENT_BYTES", MEBIBYTE)
    path = tmp_path / "large"
    values = np.random.default_rng(1).integers(0, 256, 16 * MEBIBYTE, dtype=np.uint8)
    values.tofile(path)
    mapped = _mapped.Mapped(path)
    step = MEBIBYTE // 4
    for first in range(0, len(values), step):
        mapped.touch(step)
        np.testing.assert_array_equal(mapped.bytes[first : first + step], values[first : first + step])
    (kilobytes,) = re.findall(
        rf"{re.escape(str(path))}\n.*?^Rss: +(\d+) kB", SMAPS.read_text(), re.DOTALL | re.MULTILINE
    )
    assert 0 < int(kilobytes) < 4 * 1024
    np.testing.assert_array_equal(mapped.bytes[:step], values[:step])
