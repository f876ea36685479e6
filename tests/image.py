"""A Dockerfile taken step by step as it stands, in root folders of their own: no container engine needed.

A fresh environment has the dependencies of this one on its path, so that the step which installs the package does not
download them again. The result runs as the image's user, without a network if that is asked for.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
SYSTEM = ("usr", "opt", "dev", "proc")  # bound from this machine, as an image would bring its own


def steps(recipe: Path) -> Iterator[tuple[str, str]]:
    """Yield instruction and argument of every step of a Dockerfile."""
    for line in recipe.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition(" ")
            yield name, value.strip()


def built(recipe: Path, folder: Path, arguments: dict[str, str]) -> "Image":
    """Take all steps of a Dockerfile, with a folder for each of its stages, and return the last one."""
    stages: dict[str, Image] = {}
    for name, value in steps(recipe):
        if name == "FROM":
            base, _, stage = value.partition(" AS ")
            place = folder / (stage or "final")
            place.mkdir(mode=0o755)
            image = stages[stage] = Image(place, arguments)
            assert base.startswith("python:")
        elif value.startswith("--from="):
            stage, source, target = value.removeprefix("--from=").split()
            shutil.copytree(stages[stage].folder / source.lstrip("/"), image.folder / target.lstrip("/"))
        else:
            image.step(name, value)
    return image


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
        for place in ("tmp", "var/tmp"):
            (folder / place).mkdir(parents=True)
            (folder / place).chmod(0o1777)
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
        value = value.replace("${MODEL}", self.arguments.get("MODEL", ""))
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
        elif name in ("CMD", "ENTRYPOINT"):
            self.command = " ".join(json.loads(value)) if value.startswith("[") else value
        else:
            assert name in ("ARG", "VOLUME"), name

    def copy(self, source: Path, target: Path) -> None:
        if source != Path():
            shutil.copy(source, target)
            return
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]  # what a clone consists of
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        for name in filter(lambda name: (ROOT / name).is_file(), names):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
