"""The recipes of the images: what can be checked without a container engine."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from image import ROOT, built, steps
from made_model import ABOUT, CARD, network

from bandmap.files.model_file import write_model_file

RECIPES = {"workflow": ROOT / "Dockerfile", "szcore": ROOT / "containers/szcore/Dockerfile"}
each_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)


def smoke(script, *arguments, **variables):
    """Run a smoke test as a container would, with the programs of this environment."""
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        ["sh", str(ROOT / script), *map(str, arguments)],
        env={**os.environ, **path, "OMP_NUM_THREADS": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@each_recipe
def test_what_a_recipe_copies_exists(recipe):
    stages = {value.partition(" AS ")[2] for name, value in steps(recipe) if name == "FROM"}
    for name, value in steps(recipe):
        if name == "COPY" and value.startswith("--from="):
            stage, source, _ = value.removeprefix("--from=").split()
            assert stage in stages
            assert source in "".join(line for step, line in steps(recipe) if step == "RUN")
        elif name == "COPY":
            *sources, _ = value.split()
            assert [source for source in sources if source != "${MODEL}" and not (ROOT / source).exists()] == []


@each_recipe
def test_the_last_stage_holds_no_sources_and_ends_with_an_unprivileged_user(recipe):
    found = [*steps(recipe)]
    last = found[max(place for place, (name, _) in enumerate(found) if name == "FROM") :]
    assert ("COPY", ". .") in found
    assert ("COPY", ". .") not in last
    user = last.index(("USER", "bandmap"))
    assert [name for name, _ in last[user:] if name in ("RUN", "COPY", "USER")] == ["USER"]
    assert any(name == "RUN" and value.startswith("useradd --uid 10001 ") for name, value in last[:user])


def test_apptainer_takes_the_steps_of_the_dockerfile():
    text = (ROOT / "containers/bandmap.def").read_text()
    lines = [line.strip() for line in text.splitlines()]
    found = [*steps(RECIPES["workflow"])]
    for name, value in found:
        if name == "RUN" and value.startswith("pip "):
            assert value in lines
        elif name == "ENV" and not value.startswith("HOME="):
            assert f"export {value}" in lines
        elif name == "FROM":
            assert f"From: {value.partition(' ')[0]}" in lines
    assert "/wheels /wheels" in lines
    assert "containers/smoke-test /bandmap/smoke-test" in lines
    assert 'exec bandmap run "$@"' in lines
    assert text.count("Bootstrap: docker") == sum(name == "FROM" for name, _ in found)


@pytest.mark.workflow
def test_the_smoke_test_of_the_workflow_passes_outside_of_a_container():
    run = smoke("containers/smoke-test", EXPECT_UID=str(os.geteuid()))
    assert (run.returncode, run.stdout) == (0, "smoke test: passed\n"), run.stderr[-3000:]


def test_the_smoke_test_of_szcore_passes_outside_of_a_container(tmp_path):
    model = tmp_path / "made.bandmap"
    write_model_file(model, ABOUT, CARD, [network(seed) for seed in range(2)])
    torch.manual_seed(0)
    run = smoke("containers/szcore/smoke-test", model)
    assert (run.returncode, run.stdout) == (0, "smoke test: passed\n"), run.stderr[-3000:]


@pytest.mark.parametrize("script", ["containers/smoke-test", "containers/szcore/smoke-test"])
def test_a_smoke_test_fails_as_another_user_and_if_bandmap_does(tmp_path, script):
    run = smoke(script, EXPECT_UID="4711")
    assert run.returncode != 0
    assert "not 4711" in run.stderr
    (tmp_path / "bandmap").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bandmap").chmod(0o755)
    broken = smoke(script, tmp_path / "none", PATH=f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert broken.returncode != 0
    assert "passed" not in broken.stdout


@pytest.mark.long
@pytest.mark.workflow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare")
def test_the_image_of_the_workflow_is_built_step_by_step_and_passes_its_smoke_test(tmp_path):
    tmp_path.chmod(0o755)
    image = built(RECIPES["workflow"], tmp_path, {})
    assert image.command == "bandmap run"
    assert not list((image.folder / "bandmap").rglob("*.py"))
    run = image.run("/bandmap/smoke-test", network=False, EXPECT_UID="10001")
    assert (run.returncode, run.stdout) == (0, "smoke test: passed\n"), run.stderr[-3000:]
    assert image.run("touch /bandmap/new", network=False).returncode != 0
