"""A run that is killed again and again ends as one that was left alone."""

import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Container
from pathlib import Path
from statistics import median

import pytest
from outcome import results, unfinished
from running import ROOT, command, environment, snakemake, unlock

pytestmark = pytest.mark.workflow

MANY = 20
SEED = 1


def stages(known: Container[str]) -> dict[str, list[str]]:
    """Return stage -> its rules that a run needs, both in order."""
    included = re.findall(r'include: "rules/(\w+)\.smk"', (ROOT / "Snakefile").read_text())
    found = {}
    for stage in included:
        text = (ROOT / f"rules/{stage}.smk").read_text()
        parts = re.findall(r'include: "(\w+\.smk)"', text)
        text = "".join((ROOT / "rules" / part).read_text() for part in parts) + text
        found[stage] = [rule for rule in re.findall(r"^rule (\w+):", text, re.MULTILINE) if rule in known]
    return {stage: rules for stage, rules in found.items() if rules}


def records(directory: Path) -> dict[str, tuple[float, float]]:
    """Return rule -> when its first job began and how many seconds its jobs took, in the order of beginning."""
    found: dict[str, list[dict[str, float]]] = {}
    for path in (directory / ".snakemake/metadata").rglob("*"):
        if path.is_file():
            record = json.loads(path.read_text())
            found.setdefault(record["rule"], []).append(record)
    times = {
        rule: (min(one["starttime"] for one in jobs), median(one["endtime"] - one["starttime"] for one in jobs))
        for rule, jobs in found.items()
    }
    return dict(sorted(times.items(), key=lambda entry: entry[1]))


def moments(known: dict[str, tuple[float, float]], in_each: int, kills: int) -> list[tuple[str, float]]:
    """Return when to kill, in the order in which a run comes there: rule, and seconds after a job of it has begun."""
    draw = random.Random(SEED)
    chosen = [draw.choice(rules) for rules in stages(known).values() for _ in range(in_each)]
    chosen += draw.choices([rule for rules in stages(known).values() for rule in rules], k=max(0, kills - len(chosen)))
    return [(rule, draw.uniform(0, known[rule][1])) for rule in sorted(chosen, key=list(known).index)]


def killed(directory: Path, rule: str, seconds: float, *arguments: str) -> bool:
    """Run, and kill everything some time after a job of the rule has begun; return whether it was still running."""
    log = directory / "killed.out"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command(directory, *arguments),
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment(directory),
            cwd=directory,
            start_new_session=True,
        )
        while process.poll() is None and not begun(rule, log.read_text()):
            time.sleep(0.05)
        time.sleep(seconds if process.poll() is None else 0)
        output = log.read_text()
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert "Error in rule" not in output, output[-3000:]
    return alive and begun(rule, output) > output.count(f"(Rule: {rule})")


def killed_again(directory: Path, rule: str, seconds: float) -> bool:
    """Force jobs of a rule whose last one was quicker than was expected; kill the run sooner, at last at once."""
    for sooner in (seconds / 4, 0):
        assert unlock(directory).returncode == 0
        if killed(directory, rule, sooner, "--forcerun", rule):
            return True
    return False


def begun(rule: str, output: str) -> int:
    """Return how many jobs of a rule Snakemake says that it has started."""
    return len(re.findall(rf"^(?:local)?rule {rule}:$", output, re.MULTILINE))


@pytest.mark.parametrize(
    ("in_each", "kills"), [(1, 0), pytest.param(2, MANY, marks=pytest.mark.long)], ids=["once in each stage", "often"]
)
def test_a_repeatedly_killed_run_gives_the_same_bytes_as_an_uninterrupted_one(
    finished: Path, tmp_path: Path, in_each: int, kills: int
) -> None:
    hit: Counter[str] = Counter()
    known = records(finished)
    for rule, seconds in moments(known, in_each, kills):
        if not killed(tmp_path, rule, seconds):
            assert killed_again(tmp_path, rule, seconds)
        hit[next(stage for stage, rules in stages(known).items() if rule in rules)] += 1
        assert unlock(tmp_path).returncode == 0
    assert hit.total() >= kills
    assert set(hit) == set(stages(known))
    assert min(hit.values()) >= in_each
    run = snakemake(tmp_path)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    assert unfinished(tmp_path) == []
    ours, theirs = results(tmp_path), results(finished)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
