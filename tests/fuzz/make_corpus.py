"""Make the files that the fuzzer starts from: none of a person. Run again, it writes the same bytes."""

import sys
from pathlib import Path

import numpy as np
import zarr

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from made_edf import Made, tals

from bandmap.files.represented import open_representation, write_representation
from bandmap.vocabulary.representation import Representation

CORPUS = Path(__file__).parent / "corpus"
RAMP = np.arange(-20, 20).reshape(4, 10)
STAGES = ["W", "1", "2", "3", "4", "R", "?"]

EVENTS = """onset\tduration\teventType\tconfidence\tchannels\tdateTime\trecordingDuration
10.00\t20.50\tsz_foc_ia\t0.90\tn/a\t2001-01-01 00:00:00\t120.00
60.00\t5.00\tsz\tn/a\tall\tn/a\t120.00
"""
BIDS = "onset\tduration\ttrial_type\n3\t2.5\tseizure\n4\tn/a\tmarker\n5\t1\tsz-gen-m-tonicClonic\n"
LABELS = """# version = csv_v1.0.0
# duration = 30.00 secs

channel,start_time,stop_time,label,confidence
FP1-F7,0.0000,10.5000,fnsz,1.0000
F7-T3,5.0000,12.0000,fnsz,1.0000
"T3,T5",13.0,14.0,bckg,1.0
TERM,20.0,21.0,seiz,1.0
"""


def hypnogram() -> Made:
    """Return an EDF+ file of annotations, thirty seconds each."""
    text = b"".join(b"+%d\x1530\x14Sleep stage %s\x14\0" % (30 * k, s.encode()) for k, s in enumerate(STAGES))
    return Made([RAMP[:1]], reserved=b"EDF+C", tals=[(b"+0\x14\x14\0" + text)[:48]])


def files() -> dict[str, bytes]:
    """Return name -> content."""
    two = [RAMP, np.arange(4).reshape(4, 1)]
    gaps = tals([0, 1, 5, 6.5], b"+2\x151.5\x14sz\x14\0")
    day = [RAMP] * 2
    return {
        "edf/plain": bytes(Made([RAMP])),
        "edf/two_rates": bytes(Made(two, labels=["EEG FP1-REF", "SaO2"], units=[b"mV", b"%"], record_seconds="0.5")),
        "edf/continuous": bytes(Made([RAMP], reserved=b"EDF+C", tals=tals(range(4), b"+1\x152\x14sz\x14\0"))),
        "edf/gaps": bytes(Made([RAMP], reserved=b"EDF+D", tals=gaps)),
        "edf/bdf": bytes(Made([RAMP * 1000], bdf=True, digital=("-8388608", "8388607"))),
        "edf/bdf_plus": bytes(Made([RAMP], bdf=True, reserved=b"BDF+D", tals=gaps)),
        "edf/upside_down": bytes(Made(day, labels=["C3", "<script>alert(1)</script>"[:16]], units=[b"uV"] * 2)),
        "edf/open_end": bytes(Made([RAMP], n_records="-1"))[:-7],
        "edf/many_channels": bytes(Made([RAMP])).replace(b"1   Fp1", b"9999Fp1"),
        "hypnogram/plus": bytes(hypnogram()),
        "events/szcore": EVENTS.encode(),
        "events/bids": BIDS.encode(),
        "events/background": EVENTS.splitlines()[0].encode() + b"\n0.00\t120.00\tbckg\tn/a\tn/a\tn/a\t120.00\n",
        "tusz/labels": LABELS.encode(),
    }


def main() -> None:
    """Write them all."""
    for name, content in files().items():
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (CORPUS / "cache").mkdir(exist_ok=True)
    frames = np.arange(60, dtype=np.float32).reshape(10, 2, 3)
    made = Representation(frames, 4.0, (1.0, 2.0, 3.0), "log10 uV^2", np.ones(10, bool))
    for dtype in ("float32", "float16"):
        write_representation(CORPUS / "cache" / dtype, made, channels=["C3", "C4"], dtype=dtype)
    about = dict(open_representation(CORPUS / "cache/float32").attributes)
    with zarr.storage.ZipStore(CORPUS / "cache/compressed", mode="w") as store:  # as another writer may have made it
        group = zarr.create_group(store, attributes=about)
        group.create_array("values", data=frames, chunks=(4, 2, 2))
        group.create_array("valid", data=made.valid)


if __name__ == "__main__":
    main()
