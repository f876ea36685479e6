"""Write docs/tables.md from the schemas of all tables.

Run from anywhere: `python docs/generate_tables.py`. A test fails while the page is out of step.
"""

from pathlib import Path

from bandmap.vocabulary.tables import SCHEMAS, Column, Schema

PAGE = Path(__file__).resolve().parent / "tables.md"

HEAD = """# Tables

<!-- Made by docs/generate_tables.py from src/bandmap/vocabulary/tables. Do not edit. -->

Every table in `results/` is text in UTF-8: columns separated by tabs, one line of names, floats with six significant
digits. `n/a` is a missing value. Names (of subjects, recordings ...) are text even where they look like numbers: `01`.

In Python:

```python
import pandas as pd

table = pd.read_csv(
    "results/matrices/<model>/<scheme>/<matrix>/subjects.tsv",
    sep="\\t",
    na_values=["n/a"],
    keep_default_na=False,
    dtype={"dataset": str, "subject": str},
)
found = table.query("outcome in ['hit', 'right'] and part == 'whole'")
print(found.pivot(index=["subject", "class", "region"], columns="band", values="importance"))
```

In R:

```r
table <- read.delim("results/matrices/<model>/<scheme>/<matrix>/subjects.tsv", na.strings = "n/a",
                    quote = "\\"", colClasses = c(dataset = "character", subject = "character"))
found <- subset(table, outcome %in% c("hit", "right") & part == "whole")
xtabs(importance ~ region + band, aggregate(importance ~ region + band, found, mean))
```

Within the package, `bandmap.files.tables.read_table(path, schema)` gives typed columns and checks them; the schemas are
in `bandmap.vocabulary.tables`. Tables of events follow
[SzCORE](https://epilepsy-benchmarks.github.io) and have a reader of their own, `bandmap.files.events`; the columns of
`benchmark.tsv` are Snakemake's.

Below, the column "n/a" says where a value may be missing.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *map(_section, SCHEMAS)])


def _section(schema: Schema) -> str:
    head = f"## {schema.title}\n\n`results/{schema.path}`. A row is {schema.about}.\n"
    lines = ["| column | type | unit | n/a | meaning |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([head, *lines, *map(_line, schema.columns), ""])


def _line(column: Column) -> str:
    kind = "1 or 0" if column.kind == "boolean" else column.kind
    values = f": {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
    optional = "yes" if column.optional else ""
    return f"| `{column.name}` | {kind} | {column.unit} | {optional} | {column.meaning}{values} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
