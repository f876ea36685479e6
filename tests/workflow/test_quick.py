"""What makes large plans quick changes no plan, and leaves every other version of Snakemake as it is."""

import inspect
import logging
import re
import subprocess
import sys
import threading
from importlib import import_module
from types import SimpleNamespace

import pytest
from running import ROOT, arguments_of, environment
from snakemake import script
from snakemake.common import get_input_function_aux_params
from snakemake.iocontainers import InputFiles
from snakemake.jobs import Job
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.settings.enums import Quietness

from bandmap.workflow import quick
from bandmap.workflow.quick import quicken, with_known_parameters

sys.path.insert(0, str(ROOT / "benchmarks"))
plain_plan = import_module("plain_plan")
OTHER = import_module("plan").PLAIN

quicken()


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 500])
def test_a_list_of_files_finds_its_members_at_any_length(count):
    files = InputFiles([f"results/{number}.h5" for number in range(count)])
    for _ in range(2):
        assert all(f"results/{number}.h5" in files for number in range(count))
        assert f"results/{count}.h5" not in files
        assert None not in files
    files.append("another")
    assert "another" in files


def test_a_function_gets_only_its_own_arguments():
    class Plan:
        @with_known_parameters
        def paths(self, wildcards, attempt):
            return wildcards, attempt

    plain = with_known_parameters(lambda wildcards: wildcards)
    offered = {"attempt": 2, "threads": 4}
    assert get_input_function_aux_params(Plan().paths, offered) == {"attempt": 2}
    assert get_input_function_aux_params(plain, offered) == {}


@pytest.fixture
def watched(monkeypatch):
    """Return what Snakemake's own functions were called with since `quicken` was called anew."""
    calls = []
    monkeypatch.setattr(script, "get_source", lambda path, *rest: calls.append(path) or (path, *rest))
    monkeypatch.setattr(Job, "log_info", lambda job, *rest: calls.append("logged"))
    quicken()
    return calls


def test_a_script_is_read_once_per_folder_and_again_if_its_path_depends_on_the_job(watched):
    given = [("a.py", "cache", "x"), ("a.py", "cache", "y"), ("b.py", "cache", "x"), ("a.py", "cache", "x")]
    assert [script.get_source(*one) for one in given] == given
    assert watched == ["a.py", "a.py", "b.py"]
    for _ in range(2):
        script.get_source("{wildcards.task}.py", "cache", "x", {"task": "sleep"})
    assert watched[3:] == ["{wildcards.task}.py"] * 2


@pytest.mark.parametrize(
    ("dryrun", "quiet", "plugins", "logged"),
    [
        (True, {Quietness.RULES}, {}, []),
        (True, {Quietness.PROGRESS}, {}, ["logged"]),
        (True, None, {}, ["logged"]),
        (False, {Quietness.RULES}, {}, ["logged"]),
        (True, {Quietness.RULES}, {"file": "a plugin that reads every message"}, ["logged"]),
    ],
)
def test_only_a_dry_run_quiet_about_rules_logs_no_jobs(watched, dryrun, quiet, plugins, logged):
    settings = SimpleNamespace(quiet=quiet, log_handler_settings=plugins)
    workflow = SimpleNamespace(dryrun=dryrun, output_settings=settings)
    Job.log_info(SimpleNamespace(dag=SimpleNamespace(workflow=workflow)))
    assert watched == logged


def test_a_finished_run_does_not_wait_for_timers_and_a_running_one_is_woken():
    before = set(threading.enumerate())
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    JobScheduler._schedule_reevalutation(scheduler, 1000)
    started = set(threading.enumerate()) - before
    assert len(started) == 1
    assert all(timer.daemon for timer in started)  # Python waits at its end for the threads that are not
    for timer in started:
        timer.cancel()
    JobScheduler._schedule_reevalutation(scheduler, 0)
    assert scheduler._open_jobs.acquire(timeout=60)


@pytest.mark.parametrize("telling", [True, False])
def test_another_version_is_left_as_it_is_and_the_run_says_so_once(watched, monkeypatch, caplog, telling):
    monkeypatch.setattr(quick, "installed", "9.99.0")
    before = script.get_source, Job.log_info, InputFiles.__contains__, JobScheduler._schedule_reevalutation
    with caplog.at_level(logging.WARNING, "bandmap"):
        quicken(telling=telling)
    assert (script.get_source, Job.log_info, InputFiles.__contains__, JobScheduler._schedule_reevalutation) == before
    assert not hasattr(with_known_parameters(lambda wildcards: wildcards), "_overwrite_params")
    said = ["Snakemake 9.99.0: large plans take longer than with 9.27.1, which Bandmap speeds up."]
    assert caplog.messages == (said if telling else [])


def planned_by(program, folder, **variables):
    """Return the lines of a full dry run, without times and in any order, and what it says before them."""
    given = arguments_of(folder, "-n")
    own = {**environment(folder), **variables}
    run = subprocess.run(
        [sys.executable, *program, *given], env=own, cwd=folder, capture_output=True, text=True, check=True
    )
    before, _, plan = run.stdout.partition("Building DAG of jobs...")
    lines = (" ".join(sorted(re.split(r"[\s,;:]+", line))) for line in plan.splitlines() if line[:1] != "[")
    return sorted(lines), before + run.stderr


@pytest.mark.workflow
def test_the_plan_is_the_same_without_what_makes_it_quick(tmp_path):
    quickened, said = planned_by(["-m", "snakemake"], tmp_path)
    plain, warned = planned_by(["-c", OTHER], tmp_path)
    assert plain == quickened
    assert len(plain) > 100
    assert "large plans take longer" not in said
    assert warned.count("Snakemake 9.99.0: large plans take longer") == 1


@pytest.mark.parametrize("patch", plain_plan.PATCHES, ids=lambda path: path.stem)
def test_each_patch_applies_to_the_installed_snakemake(patch):
    package = inspect.getfile(import_module("snakemake"))
    command = ["git", "apply", "--check", "-p2", str(patch)]
    subprocess.run(command, cwd=package.removesuffix("__init__.py"), check=True)
    assert import_module("snakemake").__version__ == quick.KNOWN


@pytest.mark.workflow
@pytest.mark.long
def test_the_plan_is_the_same_with_all_patches(tmp_path):
    copy = plain_plan.patched(tmp_path / "copy", plain_plan.PATCHES)
    (tmp_path / "run").mkdir()
    path = f"{copy}:{environment(tmp_path)['PYTHONPATH']}"
    assert (copy / "snakemake/dag.py").read_text().count("accessible_scripts") > 1
    patched, _ = planned_by(["-c", OTHER], tmp_path / "run", PYTHONPATH=path)
    plain, _ = planned_by(["-c", OTHER], tmp_path / "run")
    assert patched == plain
