"""Time and memory of `snakemake -n` for CHB-MIT, Siena and TUSZ together, without their recordings.

    python benchmarks/plan_published.py [--models cwt_resnet18 ...] [--datasets chb_mit siena tusz] [--json FILE]

The lists of CHB-MIT and Siena are those of the package, made from their public tables; nothing is downloaded. TUSZ is a
made tree of empty files with the structure, the subjects and the recordings of version 2 as its makers count them:
579, 53 and 43 subjects with 4,664, 1,832 and 881 recordings in train, dev and eval.
"""

import argparse
import json
import tempfile
from pathlib import Path

import yaml
from plan import timed

MODELS = ("cwt_resnet18", "eegwavenet", "glepnet", "lightseizurenet", "seizure_transformer")
TUSZ = {"train": (579, 4664), "dev": (53, 1832), "eval": (43, 881)}
"""Part of the split -> subjects and recordings."""


def write_tusz(root: Path) -> None:
    """Create empty recordings and labels; the names of subjects are eight letters, as in the corpus."""
    number = 0
    for split, (subjects, recordings) in TUSZ.items():
        for recording in range(recordings):
            subject, session = recording % subjects + number, recording // subjects
            name = "aaaa" + "".join(chr(97 + subject // 26**place % 26) for place in (3, 2, 1, 0))
            folder = root / "edf" / split / name / f"s{session + 1:03d}_2010_01_01" / "01_tcp_ar"
            folder.mkdir(parents=True, exist_ok=True)
            for end in ("edf", "csv_bi"):
                (folder / f"{name}_s{session + 1:03d}_t000.{end}").touch()
        number += subjects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--datasets", nargs="+", default=["chb_mit", "siena", "tusz"])
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_tusz(Path(folder, "tusz"))
        run = {"datasets": given.datasets, "models": given.models, "scheme": "subject_k_fold"}
        datasets = {"tusz": {"root": str(Path(folder, "tusz"))}}
        Path(folder, "my.yaml").write_text(yaml.safe_dump({"run": run, "datasets": datasets}))
        found = timed(Path(folder), ["-m", "snakemake"])
    print("| data sets | models | jobs | seconds | seconds of CPU | MB |\n| --- | --- | --- | --- | --- | --- |")
    figures = " | ".join(f"{value:,.0f}" for value in found.values())
    print(f"| {', '.join(given.datasets)} | {len(given.models)} | {figures} |")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
