"""A file is whole or absent, whatever happens to those who write it."""

import pytest

from bandmap.files.whole import whole_file


def test_a_file_whose_writing_fails_leaves_the_old_one_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as unfinished:
        unfinished.write_text("new" * 10_000 + "ü", encoding="ascii")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a.tsv", "old")]


def test_the_partial_file_of_a_killed_process_is_deleted_by_the_next_attempt(tmp_path):
    for name in (".123.a.tsv", ".123.b.tsv", ".a.tsv", "123.a.tsv"):
        (tmp_path / name).write_text("half")
    with whole_file(tmp_path / "a.tsv") as unfinished:
        unfinished.write_text("whole")
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.tsv", ".123.b.tsv", ".a.tsv", "123.a.tsv"}
