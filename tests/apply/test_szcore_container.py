"""The recipe of SzCORE's container, step by step as it stands, in a root folder of its own: no container engine needed.

A fresh environment has the dependencies of this one on its path, so that the step which installs the package does not
download them again. The result runs as the image's user, in a network namespace without a network.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_edf import write_minutes
from spellings import SPELLINGS

from bandmap.__main__ import main
from bandmap.files.events import read_duration, read_events

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BANDMAP_SHARED", ROOT.parent / "shared")) / "data"
WEIGHTS, CLIPS = SHARED / "published_weights/eegwavenet_2021", SHARED / "clips_bids/sub-chb01"
SYSTEM = ("usr", "opt", "dev", "proc")  # bound from this machine, as an image would bring its own

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare"),
    pytest.mark.skipif(not WEIGHTS.is_dir(), reason="the published weights are not here"),
]


class Image:
    """A folder that the steps of a Dockerfile change as they would change an image."""

    def __init__(self, folder: Path, arguments: dict[str, str]) -> None:
        self.folder, self.arguments, self.workdir, self.user, self.command = folder, arguments, "/", "root", ""
        self.environment = {"PATH": "/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        shutil.copytree("/etc", folder / "etc", symlinks=True, ignore_dangling_symlinks=True)
        for name in ("bin", "lib", "lib64", "sbin"):
            (folder / name).symlink_to(f"usr/{name}")
        self.bound = {Path("/", name): name for name in SYSTEM}
        self.bound[Path(sys.base_prefix)] = str(Path(sys.base_prefix)).lstrip("/")
        self.bound[Path(np.__file__).parents[1]] = "dependencies"
        for place in (*self.bound.values(), "data", "output", "venv"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / "tmp").mkdir(mode=0o1777)
        (folder / "tmp").chmod(0o1777)
        python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.run(f"{python} -m venv /venv")
        site = next((folder / "venv/lib").glob("python*")) / "site-packages"
        (site / "dependencies.pth").write_text("/dependencies\n")

    def run(self, command: str, *, network: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command in the folder, as the user and with the environment of the steps so far."""
        mounts = [f"mount --rbind '{source}' '{self.folder / place}'" for source, place in self.bound.items()]
        shell = ["/bin/sh", "-c", f"cd {self.workdir}; {command}"]
        inside = ["chroot", f"--userspec={self.user}", str(self.folder), *shell]
        script = " && ".join([*mounts, 'exec env -i "$@"'])
        given = [f"{name}={value}" for name, value in {**self.environment, **variables}.items()]
        namespaces = ["--mount", "--fork", *([] if network else ["--net"])]
        return subprocess.run(
            ["unshare", *namespaces, "sh", "-c", script, "sh", *given, *inside],
            capture_output=True,
            text=True,
            check=False,
        )

    def step(self, name: str, value: str) -> None:
        """Take one step of a Dockerfile."""
        value = value.replace("${MODEL}", self.arguments["MODEL"])
        if name == "ENV":
            key, _, content = value.partition("=")
            self.environment[key] = content.strip('"')
        elif name == "WORKDIR":
            self.workdir = value
            (self.folder / value.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            *sources, target = value.split()
            for source in sources:
                self.copy(Path(source), self.folder / self.workdir.lstrip("/") / target)
        elif name == "RUN":
            done = self.run(value)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        elif name == "USER":
            self.user = value
        elif name == "CMD":
            self.command = value
        else:
            assert name in ("FROM", "ARG", "VOLUME"), name

    def copy(self, source: Path, target: Path) -> None:
        if source != Path():
            shutil.copy(source, target)
            return
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]  # what a clone consists of
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        for name in filter(lambda name: (ROOT / name).is_file(), names):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    model = tmp_path_factory.mktemp("model") / "eegwavenet_2021.bandmap"
    assert main(["import", "eegwavenet", str(WEIGHTS), str(model)]) == 0
    folder.chmod(0o755)
    made = Image(folder, {"MODEL": str(model)})
    lines = (ROOT / "containers/szcore/Dockerfile").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            made.step(*line.split(maxsplit=1))
    (folder / "output").chmod(0o777)
    return made


def detected(image, name):
    """Run the container on a recording of its data folder and return the table."""
    run = image.run(image.command, network=False, INPUT=f"{name}.edf", OUTPUT=f"{name}.tsv")
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return image.folder / f"output/{name}.tsv", run.stderr


def test_the_image_has_no_network_and_an_unprivileged_user_who_may_not_change_it(image):
    assert image.run("id -u", network=False).stdout.strip() == "10001"
    assert image.run("touch /bandmap/new", network=False).returncode != 0
    assert len(image.run("cat /proc/net/dev", network=False).stdout.strip().splitlines()) == 3  # two of titles, and lo


def test_a_seizure_is_found_by_the_rules_of_the_benchmark(image):
    from epilepsy2bids.annotations import Annotations
    from timescoring.annotations import Annotation
    from timescoring.scoring import EventScoring

    clip = next(CLIPS.rglob("*_run-030_eeg.edf"))
    shutil.copy(clip, image.folder / "data/clip.edf")
    table, _ = detected(image, "clip")
    reference = clip.with_name(clip.name.replace("_eeg.edf", "_events.tsv"))
    masks = [Annotation(Annotations.loadTsv(str(path)).getMask(1), 1) for path in (reference, table)]
    score = EventScoring(*masks)
    assert (score.sensitivity, score.precision) == (1, 1)
    assert read_duration(table) == read_duration(reference)


def test_ten_minutes_of_a_referential_recording_and_one_without_electrodes_give_tables(image):
    write_minutes(image.folder / "data/long.edf", 10, SPELLINGS["fp1-avg, backwards"], rate_hz=200)
    write_minutes(image.folder / "data/none.edf", 1, ["ECG"])
    table, _ = detected(image, "long")
    assert read_duration(table) == 600
    table, said = detected(image, "none")
    assert (read_events(table), read_duration(table)) == ((), 60)
    assert "WARNING none.edf: no channel names an electrode" in said
