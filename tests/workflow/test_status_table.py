"""The table of `bandmap status`: short to read, whole as TSV."""

import pytest

from bandmap import __main__ as command
from bandmap.workflow import status


def row(stage, subject, state, jobs=1, why="", model=""):
    return dict(zip(status.COLUMNS, (stage, model, subject, state, jobs, why), strict=True))


ROWS = [
    *(row("harmonize_recording", f"mine {number:02}", "done", jobs=2) for number in range(1, 10)),
    row("harmonize_recording", "mine 10", "missing", why="failed: cut off"),
    *(row("train_fold", f"fold {number}", "stale", model="net", why="code changed") for number in range(1, 4)),
    row("write_report", "all", "stale", why="after draw_overview"),
]


def test_subjects_with_the_same_state_share_a_line_and_jobs_are_summed():
    lines = status.table(ROWS).splitlines()
    assert lines[0].split() == ["STAGE", "MODEL", "SUBJECT", "STATE", "JOBS", "WHY"]
    some = "mine 01, mine 02, mine 03, mine 04, mine 05, mine 06 and 3 more"
    assert " ".join(lines[1].split()) == f"harmonize_recording {some} done 18"
    assert " ".join(lines[2].split()) == "harmonize_recording mine 10 missing 1 failed: cut off"
    assert " ".join(lines[3].split()) == "train_fold net all stale 3 code changed"
    assert lines[-1] == "18 done, 1 missing, 4 stale; snakemake would run 5 jobs"


def test_the_tsv_has_a_line_for_every_row_and_no_stray_tab():
    lines = status.tsv([*ROWS, row("a", "b", "missing", why="failed: a\tb")]).splitlines()
    assert len(lines) == len(ROWS) + 2
    assert {line.count("\t") for line in lines} == {len(status.COLUMNS) - 1}
    assert lines[1] == "harmonize_recording\tn/a\tmine 01\tdone\t2\tn/a"


def test_all_but_its_own_option_is_handed_to_snakemake(monkeypatch, capsys):
    given = []
    monkeypatch.setattr(status, "status", lambda arguments: given.extend(arguments) or ROWS)
    assert command.main(["status", "--configfile", "my.yaml", "--tsv", "-d", "there", "--config", "seed=2"]) == 0
    assert given == ["--configfile", "my.yaml", "-d", "there", "--config", "seed=2"]
    assert capsys.readouterr().out == status.tsv(ROWS)


def test_a_plan_that_fails_is_an_error_of_the_command(monkeypatch, capsys):
    def fails(arguments):
        raise status.StatusError("snakemake cannot plan this run")

    monkeypatch.setattr(status, "status", fails)
    assert command.main(["status"]) == 1
    assert capsys.readouterr().out == ""


def test_without_a_command_the_usage_is_printed(capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main([])
    assert "status" in capsys.readouterr().err
