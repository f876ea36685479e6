"""A report can be traced to what made it."""

import hashlib
import json
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest

from bandmap.files.whole import sha256_of
from bandmap.workflow import provenance

SETTINGS = {"seed": 3, "bands_hz": {"delta": [1, 4]}, "device": "auto"}
SOURCES = {"mine/sub-01": "ab" * 32}


def git(folder, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "a.py").write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path.resolve()


def test_provenance_has_versions_settings_and_checksums():
    found = provenance.provenance(SETTINGS, SOURCES)
    assert found["packages"]["numpy"] == np.__version__
    assert found["seed"] == 3
    assert found["settings"] == SETTINGS
    assert found["sources"] == SOURCES


def test_provenance_names_the_version_of_the_release():
    # An older installation states the version that it was made from; `make .venv/installed-dev` renews it.
    release = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert provenance.provenance(SETTINGS, SOURCES)["bandmap"]["version"] == release


def test_tools_of_development_are_not_in_the_provenance():
    assert "pytest" not in provenance.packages()


def test_provenance_has_the_commit_and_whether_files_differ_from_it(checkout):
    commit = git(checkout, "rev-parse", "HEAD").strip()
    assert provenance._commit(checkout) == {"commit": commit, "changed": False}
    (checkout / "new.txt").write_text("not the workflow's")
    assert not provenance._commit(checkout)["changed"]
    (checkout / "a.py").write_text("2")
    assert provenance._commit(checkout) == {"commit": commit, "changed": True}


def test_the_commit_of_a_checkout_around_the_environment_is_not_used(checkout):
    inside = checkout / "lib"
    inside.mkdir()
    assert provenance._commit(inside) == {"commit": None, "changed": None}


def test_without_git_there_is_no_commit(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert provenance._commit(checkout) == {"commit": None, "changed": None}


def test_the_same_run_gives_the_same_bytes(tmp_path):
    for name in ("a.json", "b.json"):
        provenance.write_provenance(tmp_path / name, provenance.provenance(SETTINGS, SOURCES))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text())["sources"] == SOURCES


def test_a_checksum_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 100_000)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"abc" * 100_000).hexdigest()
