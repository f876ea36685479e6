"""What makes large plans quick changes no plan."""

import threading
from types import SimpleNamespace

import pytest
from snakemake import script
from snakemake.common import get_input_function_aux_params
from snakemake.iocontainers import InputFiles
from snakemake.jobs import Job
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.settings.enums import Quietness

from bandmap.workflow.quick import quicken, with_known_parameters

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
    ("dryrun", "quiet", "logged"),
    [
        (True, {Quietness.RULES}, []),
        (True, {Quietness.PROGRESS}, ["logged"]),
        (True, None, ["logged"]),
        (False, {Quietness.RULES}, ["logged"]),
    ],
)
def test_only_a_dry_run_quiet_about_rules_logs_no_jobs(watched, dryrun, quiet, logged):
    workflow = SimpleNamespace(dryrun=dryrun, output_settings=SimpleNamespace(quiet=quiet))
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
