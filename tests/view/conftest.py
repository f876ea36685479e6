"""A run made once, served with results of its own for each test."""

import pytest
from made_view import a_run, served


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return a_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def results(made, tmp_path):
    """Return a folder of results of its own: reviews are written there, all other files are those of a shared run."""
    (tmp_path / "results").mkdir()
    for one in made.iterdir():
        (tmp_path / "results" / one.name).symlink_to(one)
    return tmp_path / "results"


@pytest.fixture
def address(results):
    with served(results) as address:
        yield address
