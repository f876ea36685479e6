"""The forge runs the targets of the Makefile, and all of those that `.ci/run` runs."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
JOB = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["make"]
MAKE = (ROOT / "Makefile").read_text()
LOCAL = (ROOT / ".ci/run").read_text()
TARGETS = set(re.findall(r"^([a-z][\w-]*):", MAKE, re.MULTILINE))


def test_the_forge_runs_targets_that_exist():
    assert set(JOB["strategy"]["matrix"]["target"]) <= TARGETS
    assert JOB["steps"][-1] == {"run": "make ${{ matrix.target }}"}


def test_the_forge_runs_what_the_local_script_runs_and_the_wheel_and_the_images_too():
    local = {target for target in re.findall(r"^part make (\S+)", LOCAL, re.MULTILINE) if not target.startswith(".")}
    (whole,) = re.findall(r"^test: (.*)", MAKE, re.MULTILINE)
    assert set(whole.split()) <= local
    assert local | {"wheel", "images"} <= set(JOB["strategy"]["matrix"]["target"])


def test_the_forge_has_the_python_of_the_package_and_the_programs_of_the_tests():
    named = {step["uses"].partition("@")[0]: step.get("with", {}) for step in JOB["steps"] if "uses" in step}
    assert (
        f'requires-python = ">={named["actions/setup-python"]["python-version"]}"'
        in (ROOT / "pyproject.toml").read_text()
    )
    installed = " ".join(step["run"] for step in JOB["steps"] if "apt-get" in step.get("run", ""))
    programs = " ".join(re.findall(r"missing\+=\(([^)]*)\)", LOCAL)).split()
    assert programs
    assert [program for program in programs if program not in installed] == []


def test_what_the_makefile_lists_as_phony_are_its_targets():
    (phony,) = re.findall(r"^\.PHONY: (.*)", MAKE, re.MULTILINE)
    assert sorted(phony.split()) == sorted(TARGETS)
