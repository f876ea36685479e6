"""EDF and BDF files made by hand, field by field, so that a test can get any of them wrong."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Made:
    """A file made by hand: `samples` are digital values, shape (records, samples of a record), per channel."""

    samples: list[np.ndarray]
    labels: list[str] = field(default_factory=lambda: ["Fp1"])
    units: list[bytes] = field(default_factory=lambda: [b"uV"])
    physical: tuple[str, str] = ("-100", "100")
    digital: tuple[str, str] = ("-1000", "1000")
    reserved: bytes = b""
    record_seconds: str = "1"
    n_records: str | None = None
    tals: list[bytes] | None = None
    bdf: bool = False

    def _signal_fields(self) -> bytes:
        n = len(self.samples)
        low, high = ("-32768", "32767") if not self.bdf else ("-8388608", "8388607")
        columns = [
            (16, [label.encode() for label in self.labels], b"BDF Annotations" if self.bdf else b"EDF Annotations"),
            (80, [b""] * n, b""),
            (8, self.units, b""),
            (8, [self.physical[0].encode()] * n, b"-1"),
            (8, [self.physical[1].encode()] * n, b"1"),
            (8, [self.digital[0].encode()] * n, low.encode()),
            (8, [self.digital[1].encode()] * n, high.encode()),
            (80, [b""] * n, b""),
            (8, [str(s.shape[1]).encode() for s in self.samples], b"24"),
            (32, [b""] * n, b""),
        ]
        extra = self.tals is not None
        return b"".join(b"".join(v.ljust(w) for v in [*values, *([a] if extra else [])]) for w, values, a in columns)

    def __bytes__(self) -> bytes:
        n_records = len(self.samples[0])
        n = len(self.samples) + (self.tals is not None)
        version = b"\xffBIOSEMI" if self.bdf else b"0".ljust(8)
        head = version + b"Jane Doe, 12-MAY-1980".ljust(80) + b"secret".ljust(80) + b"01.01.2001.00.00"
        head += str(256 * (n + 1)).encode().ljust(8) + self.reserved.ljust(44)
        head += (self.n_records or str(n_records)).encode().ljust(8) + self.record_seconds.encode().ljust(8)
        head += str(n).encode().ljust(4) + self._signal_fields()
        for k in range(n_records):
            head += b"".join(self._encode(s[k]) for s in self.samples)
            if self.tals is not None:
                head += self.tals[k].ljust(72 if self.bdf else 48, b"\0")
        return head

    def _encode(self, values: np.ndarray) -> bytes:
        if not self.bdf:
            return values.astype("<i2").tobytes()
        return values.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def tals(onsets, extra=b""):
    return [b"+%.9g\x14\x14\0" % onset + (extra if k == 0 else b"") for k, onset in enumerate(onsets)]


def write_minutes(path, minutes, labels, rate_hz=256):
    """Write a long file that repeats a minute of noise, without holding more than that minute."""
    rng = np.random.default_rng(1)
    samples = [rng.integers(-900, 900, (60, rate_hz)) for _ in labels]
    minute = bytes(Made(samples, list(labels), [b"uV"] * len(labels), n_records=str(60 * minutes)))
    head = 256 * (len(labels) + 1)
    with path.open("wb") as file:
        file.write(minute[:head])
        for _ in range(minutes):
            file.write(minute[head:])
