"""Tables on disk: what is written is read, and what is no table of its kind is refused in one line."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from bandmap.files.tables import read_table, write_table
from bandmap.vocabulary.tables import RECOVERY, SCHEMAS, SUBJECTS, UNITS, Column, Schema, TableError

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\"'é☃"), max_size=8)
SIX_DIGITS = st.floats(allow_nan=False).map(lambda value: float(f"{value:.6g}"))
CELLS = {
    "text": TEXT.filter(lambda text: text != "n/a"),
    "integer": st.integers(-(2**53), 2**53),
    "float": SIX_DIGITS,
    "boolean": st.booleans(),
}

SMALL = Schema(
    "Small things",
    "small.tsv",
    "one thing",
    (
        Column("name", "text", "a name"),
        Column("kind", "text", "a kind", values=("a", "b")),
        Column("size", "float", "a size", "m", optional=True),
        Column("count", "integer", "a count"),
        Column("right", "boolean", "whether", optional=True),
    ),
)
ROW = {"name": "x", "kind": "a", "size": 1.5, "count": 3, "right": True}
LINES = ("name\tkind\tsize\tcount\tright", "x\ta\t1.5\t3\t1", "y\tb\tn/a\t4\t0")


def cells_of(column):
    cells = st.sampled_from(column.values) if column.values else CELLS[column.kind]
    return cells | st.none() if column.optional else cells


def rows_of(schema):
    return st.lists(st.fixed_dictionaries({column.name: cells_of(column) for column in schema.columns}), max_size=3)


def written(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.path)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=10, deadline=None
)
@given(data=st.data())
def test_every_kind_of_table_is_read_as_it_was_written(tmp_path, schema, data):
    made = schema.frame(data.draw(rows_of(schema)))
    write_table(tmp_path / "a.tsv", made, schema)
    read = read_table(tmp_path / "a.tsv", schema)
    assert_frame_equal(read, made, check_exact=True)
    assert [str(kind) for kind in read.dtypes] == [column.dtype for column in schema.columns]
    before = (tmp_path / "a.tsv").read_bytes()
    write_table(tmp_path / "a.tsv", read, schema)
    assert (tmp_path / "a.tsv").read_bytes() == before


def test_kinds_of_tables_have_different_names_and_meanings():
    assert len({schema.title for schema in SCHEMAS}) == len(SCHEMAS)
    for schema in SCHEMAS:
        assert len(set(schema.names)) == len(schema.names)
        assert all(column.meaning for column in schema.columns)


def test_a_table_is_tab_separated_with_six_digits_and_na_for_missing_values(tmp_path):
    missing = {"name": "y", "kind": "b", "size": float("nan"), "count": 1234567, "right": None}
    write_table(tmp_path / "a.tsv", [{**ROW, "size": 1 / 3}, missing], SMALL)
    assert (tmp_path / "a.tsv").read_bytes() == (
        b"name\tkind\tsize\tcount\tright\nx\ta\t0.333333\t3\t1\ny\tb\tn/a\t1234567\tn/a\n"
    )


def test_the_order_of_the_columns_given_does_not_matter_but_their_names_do(tmp_path):
    turned = pd.DataFrame([ROW])[list(ROW)[::-1]]
    assert tuple(SMALL.frame(turned)) == SMALL.names
    with pytest.raises(TableError, match="the column 'size' is missing"):
        write_table(tmp_path / "a.tsv", turned.drop(columns="size"), SMALL)
    with pytest.raises(TableError, match="no column 'more' in a table of small things"):
        write_table(tmp_path / "a.tsv", [{**ROW, "more": 1}], SMALL)
    assert list(tmp_path.iterdir()) == []


def test_values_that_a_column_does_not_have_are_not_written(tmp_path):
    with pytest.raises(TableError, match="column 'kind', row 2: 'c' is not one of a, b"):
        write_table(tmp_path / "a.tsv", [ROW, {**ROW, "kind": "c"}], SMALL)
    with pytest.raises(TableError, match="column 'name', row 1: has no value"):
        write_table(tmp_path / "a.tsv", [{**ROW, "name": None}], SMALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ((), "the column 'name' is missing"),
        (("name\tkind\tcount\tright",), "the column 'size' is missing"),
        ((f"{LINES[0]}\tmore",), "there is no column 'more' in a table of small things"),
        ((f"{LINES[0]}\tname",), "a column is duplicate"),
        ((*LINES, "z\ta\t1"), "row 3 has 3 cells, the header 5"),
        ((*LINES, "z\ta\tabout 1\t3\t1"), "column 'size', row 3: 'about 1' is not a number"),
        ((*LINES, "z\ta\tnan\t3\t1"), "column 'size', row 3: 'nan' is not a number"),
        ((*LINES, "z\ta\t1\t3.5\t1"), "column 'count', row 3: '3.5' is not an integer"),
        ((*LINES, "z\ta\t1\tn/a\t1"), "column 'count', row 3: has no value"),
        ((*LINES, "z\ta\t1\t3\tyes"), "column 'right', row 3: 'yes' is neither 1 nor 0"),
        ((*LINES, "z\tc\t1\t3\t1"), "column 'kind', row 3: 'c' is not one of a, b"),
    ],
)
def test_a_table_of_another_kind_is_refused_in_one_line_with_a_remedy(tmp_path, lines, problem):
    path = written(tmp_path / "a.tsv", *lines)
    with pytest.raises(TableError) as caught:
        read_table(path, SMALL)
    assert str(caught.value) == f"{path}: {problem}; delete it and run snakemake again"


def test_names_that_look_like_numbers_are_read_as_names(tmp_path):
    path = written(tmp_path / "a.tsv", LINES[0], "01\ta\t1\t3\t1", "1e5\ta\t1\t3\t1", "nan\ta\t1\t3\t1", "\ta\t1\t3\t1")
    assert read_table(path, SMALL)["name"].tolist() == ["01", "1e5", "nan", ""]


def test_tables_are_joined_and_no_tables_give_an_empty_one():
    one = UNITS.frame()
    assert tuple(UNITS.joined([])) == UNITS.names
    rows = RECOVERY.frame([{"method": "m", "class": "sz", "what": "auc", "n": 2, "share": 0.5, **NOTHING}])
    joined = RECOVERY.joined([rows, RECOVERY.frame(), rows])
    assert_frame_equal(joined, pd.concat([rows, rows], ignore_index=True))
    assert one.empty


NOTHING = dict.fromkeys(("right", "low", "high"))


def test_a_number_is_read_as_python_reads_it(tmp_path):
    values = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-500, 500).clip(-300, 300)
    lines = [f"x\ta\t{value:.6g}\t1\t1" for value in values]
    read = read_table(written(tmp_path / "a.tsv", LINES[0], *lines), SMALL)["size"]
    assert read.tolist() == [float(f"{value:.6g}") for value in values]
    assert not re.search("nan", str(read.tolist()))


ROOT = Path(__file__).parents[2]


def test_the_page_about_tables_is_up_to_date():
    spec = importlib.util.spec_from_file_location("generate_tables", ROOT / "docs" / "generate_tables.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert page == generator.page(), "run python docs/generate_tables.py"


def test_the_python_example_of_the_page_opens_a_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    path, code = re.search(r"```python\n(.*?\"(results/.*?)\".*?)```", page, re.DOTALL).group(2, 1)
    texts = {"dataset": "d", "subject": "01", "class": "N2", "outcome": "right", "part": "whole", "region": "front"}
    numbers = dict.fromkeys(("low", "high", "interpolated", "masked"), 0.0) | {"n_units": 1}
    rows = [{**texts, **numbers, "band": "alpha", "importance": 0.25}]
    rows.append({**rows[0], "band": "beta", "importance": None})
    Path(path).parent.mkdir(parents=True)
    write_table(path, rows, SUBJECTS)
    exec(code, {})
    assert "01      N2    front    0.25   NaN" in capsys.readouterr().out
