"""What no linter knows about this code base: rules and scripts agree, files stay small, pins and versions are one."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "scripts").glob("*/*.py"))
RULE_FILES = sorted((ROOT / "rules").glob("*.smk"))
MODULES = sorted((ROOT / "src").rglob("*.py"))
PACKAGES = sorted((ROOT / "src/bandmap").rglob("*/__init__.py"))
HEAVY = ("torch", "mne", "numpy", "scipy", "zarr", "h5py", "pandas", "matplotlib", "captum", "pyedflib")
NETWORKS = (
    "check_faithfulness",
    "fine_tune_fold",
    "import_network",
    "interpret_recording",
    "pack_model",
    "predict_recording",
    "train_fold",
)
TABLES = (
    "aggregate_matrices",
    "check_clinical_truth",
    "aggregate_pairs",
    "compare_models",
    "contrast_power",
    "draw_faithfulness",
    "draw_model",
    "draw_overview",
    "score_cells",
    "draw_recording",
    "gather_clinical_truth",
    "plant_cells",
    "plant_truth",
    "score_baselines",
    "score_model",
    "write_report",
)
"""Jobs without a network that read or write tables of results, which are pandas DataFrames."""
SLOW_TO_IMPORT = ("torch", "lightning_fabric", "captum", "mne", "pandas", "scipy.signal", "scipy.stats", "zarr")
MAX_MODULE, MAX_SCRIPT, MAX_RULE_FILE, MAX_FUNCTION, MAX_BYTES = 300, 25, 150, 60, 500_000

LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
)

# The words are put together so that this file does not find itself.
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/~$}])/(?:" + "|".join(["home", "root", "Users", "work", "workspace", "tmp"]) + r")\b"
)
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")


class Rule:
    """A rule as it stands in its file."""

    def __init__(self, name: str, stage: str, text: str) -> None:
        self.name = name
        self.path = ROOT / "scripts" / stage / f"{name}.py"
        self.docstring = re.match(r'\s*"""(.+?)"""', text, re.DOTALL)
        self.blocks = dict(re.findall(r"^    (\w+):[ ]*(.*?)(?=^    \w+:|\Z)", text, re.DOTALL | re.MULTILINE))

    def names(self, block: str) -> set[str]:
        """Return the keywords of a block, those at its own indentation."""
        return set(re.findall(r"^ {8}(\w+)=", self.blocks.get(block, ""), re.MULTILINE))

    @property
    def script(self) -> str:
        """Return the rule's script below scripts/, without ending."""
        found = re.search(r"scripts/([\w/-]+)\.py", self.blocks.get("script", ""))
        return found[1] if found else ""


@cache
def rules() -> tuple[Rule, ...]:
    found = []
    for path in RULE_FILES:
        # A rule that `use` derives from another has the script of that one, and only says what differs.
        own = re.sub(r"^use rule .*?(?=^rule |\Z)", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        parts = re.split(r"^rule (\w+):\n", own, flags=re.MULTILINE)
        found += [Rule(name, path.stem, text) for name, text in zip(parts[1::2], parts[2::2], strict=True)]
    return tuple(found)


each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
each_package = pytest.mark.parametrize("path", PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT / "src")))
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


def attributes_read(script: Path, part: str) -> set[str]:
    """Return the X of every `snakemake.<part>.X`; the part as a whole, or by number, counts as "*"."""
    nodes = list(ast.walk(spelled_out(ast.parse(script.read_text()))))
    read = [node.attr for node in nodes if isinstance(node, ast.Attribute) and is_part(node.value, part)]
    as_a_whole = sum(is_part(node, part) for node in nodes) > len(read)
    return {*read, "*"} if as_a_whole else set(read)


def spelled_out(tree: ast.Module) -> ast.Module:
    """Replace names that a script gives to parts of `snakemake` by the parts, and drop the lines that give them."""
    names: dict[str, ast.expr] = {}

    class SpelledOut(ast.NodeTransformer):
        def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
            given = dict(zip(*(elements(side) for side in (node.targets[0], node.value)), strict=False))
            if not all(re.fullmatch(r"snakemake\.\w+", ast.unparse(value)) for value in given.values()):
                return self.generic_visit(node)
            names.update({ast.unparse(name): value for name, value in given.items()})
            return None

        def visit_Name(self, node: ast.Name) -> ast.AST:
            return names.get(node.id, node)

    return SpelledOut().visit(tree)


def elements(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def is_part(node: ast.AST, part: str) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) == f"snakemake.{part}"


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every file that is, or would be, under version control; pictures are no text."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in sorted(set(listed)):
        if (ROOT / name).is_file() and not name.endswith(".png"):
            yield name, (ROOT / name).read_bytes().decode("utf-8", errors="replace")


@cache
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(requirements: list[str]) -> dict[str, str]:
    return dict(requirement.split("==") for requirement in requirements)


def test_a_script_is_named_for_its_rule_and_stage_and_every_rule_has_one() -> None:
    assert {rule.path for rule in rules()} == set(SCRIPTS)
    named = {rule.name: f"{rule.path.parent.name}/{rule.name}" for rule in rules()}
    assert {rule.name: rule.script for rule in rules()} == named


def test_a_stage_has_one_name_in_rules_scripts_package_and_tests() -> None:
    stages = {path.stem for path in RULE_FILES}
    assert {path.parent.name for path in SCRIPTS} == stages
    package = {path.parent.name for path in (ROOT / "src/bandmap").glob("*/__init__.py")}
    assert package - stages == {"files", "vocabulary", "workflow", "view"}  # what stages share, and what shows a run
    assert stages <= package
    tests = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert package - tests == set()


@each_script
def test_a_script_has_no_logic(script: Path) -> None:
    text = script.read_text()
    assert [type(node).__name__ for node in ast.walk(ast.parse(text)) if isinstance(node, LOGIC)] == []
    assert len(text.splitlines()) <= MAX_SCRIPT


@each_rule
def test_a_script_reads_exactly_the_parameters_that_its_rule_declares(rule: Rule) -> None:
    # Declared but not read: a false re-run when it changes. Read but not declared: a crash. `code` is for Snakemake.
    assert attributes_read(rule.path, "params") == rule.names("params") - {"code"}


@each_rule
def test_a_script_reads_only_files_that_its_rule_names(rule: Rule) -> None:
    assert attributes_read(rule.path, "input") - {"*"} <= rule.names("input")
    assert attributes_read(rule.path, "output") - {"*"} <= rule.names("output")


@each_rule
def test_a_rule_has_a_docstring_a_log_and_an_environment(rule: Rule) -> None:
    assert rule.docstring
    assert rule.docstring[1].endswith(".")
    assert {"log", "conda"} <= set(rule.blocks)
    assert not {"run", "shell", "message"} & set(rule.blocks)


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_a_rule_file_is_short_and_computes_nothing(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_RULE_FILE
    assert not re.search(r"\blambda\b|^\s*(def|for|if|while) ", text, re.MULTILINE)
    assert text.startswith('"""')


def test_modules_and_functions_stay_small() -> None:
    long_modules = [str(path.relative_to(ROOT)) for path in MODULES if len(path.read_text().splitlines()) > MAX_MODULE]
    assert long_modules == []
    assert [name for path in MODULES for name, lines in bodies(path) if lines > MAX_FUNCTION] == []


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name of every function of a module and the lines of its body, docstring aside."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield f"{path.stem}.{node.name}", (node.end_lineno or 0) - body[0].lineno + 1


def test_planning_imports_no_heavy_library() -> None:
    files = sorted((ROOT / "src/bandmap/download/datasets").glob("*.py"))
    datasets = [f"bandmap.download.datasets.{path.stem}" for path in files]
    modules = [
        "bandmap.workflow.settings",
        "bandmap.workflow.plan",
        "bandmap.workflow.code",
        "bandmap.vocabulary.plugins",
        "bandmap.train.schemes",
        "bandmap.represent.representations",
        "bandmap.train.models",
        "bandmap.interpret.methods",
    ]
    program = (
        f"import importlib, sys; [importlib.import_module(name) for name in {modules + datasets}];"
        f"print(*[name for name in {HEAVY} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize("script", [path for path in SCRIPTS if path.stem not in NETWORKS], ids=lambda path: path.stem)
def test_a_job_without_a_network_begins_without_libraries_that_take_long_to_import(script: Path) -> None:
    imports = script.read_text(encoding="utf-8").partition("\nwith ")[0]
    slow = {name for name in SLOW_TO_IMPORT if name != "pandas" or script.stem not in TABLES}
    code = f"{imports}\nimport sys; print(*{slow} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.returncode) == ("", 0), run.stdout + run.stderr


def test_no_module_imports_itself_by_way_of_others() -> None:
    # Layers forbid circles between packages; this is of single modules, with the imports inside functions.
    graph = grimp.build_graph("bandmap")
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        pytest.fail("a circle of imports: " + " <- ".join(error.args[1]))


def test_every_environment_has_the_pins_of_the_package() -> None:
    files = sorted((ROOT / "envs").glob("*.yaml"))
    assert files
    for path in files:
        *conda, pip = yaml.safe_load(path.read_text())["dependencies"]
        assert pins(pip["pip"]) == pins(project()["dependencies"])
        assert [requirement for requirement in conda if requirement.startswith("python=")] == [f"python={python()}"]


def test_containers_install_the_package_with_its_own_pins() -> None:
    for recipe in ("Dockerfile", "containers/szcore/Dockerfile", "containers/bandmap.def"):
        lines = [line for line in (ROOT / recipe).read_text().splitlines() if not line.startswith("#")]
        assert not [line for line in lines if "==" in line]
        bases = {line.split()[1] for line in lines if line.startswith(("FROM ", "From: "))}
        assert len(bases) == 1
        assert re.fullmatch(rf"python:{re.escape(python())}\.\d+-slim-bookworm", bases.pop())


def python() -> str:
    """Return the Python that environment and container have: the oldest that the package allows."""
    return str(project()["requires-python"]).removeprefix(">=")


def test_every_dependency_is_pinned() -> None:
    extras = [name for names in project()["optional-dependencies"].values() for name in names]
    assert [name for name in [*project()["dependencies"], *extras] if not re.fullmatch(r"[\w.-]+==[\w.]+", name)] == []


def test_citation_and_changelog_know_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == project()["version"]
    assert citation["license"] == project()["license"]
    assert f"[{project()['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_images_are_named_for_the_version() -> None:
    named = re.compile(r"\bbandmap(?:/szcore)?:(\d+\.\d+\.\d+)")
    found = {(name, version) for name, text in tracked_texts() for version in named.findall(text)}
    assert found
    assert {version for _, version in found} == {project()["version"]}, found
    entry = yaml.safe_load((ROOT / "containers/szcore/bandmap.yaml").read_text())
    assert entry["version"] == project()["version"]


def test_the_pages_name_every_rule() -> None:
    for page in ("README.md", "results/README.md"):
        text = (ROOT / page).read_text()
        assert [rule.name for rule in rules() if f"`{rule.name}`" not in text] == [], page


def test_the_picture_of_the_readme_shows_every_rule() -> None:
    picture = re.search(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert picture
    assert [rule.name for rule in rules() if rule.name not in picture[1]] == []


def test_results_readme_names_every_folder_that_rules_write_to() -> None:
    text = (ROOT / "results/README.md").read_text()
    written = "\n".join(rule.blocks.get("output", "") for rule in rules())
    folders = sorted(set(re.findall(r"\"(?:results|resources)/([\w-]+)/", written)))
    assert [folder for folder in folders if f"{folder}/" not in text] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "results/README.md"]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_no_file_has_an_absolute_path_or_a_reminder() -> None:
    texts = list(tracked_texts())
    assert [f"{name}: {found[0]}" for name, text in texts for found in ABSOLUTE_PATH.finditer(text)] == []
    assert [f"{name}: {found[0]}" for name, text in texts for found in UNFINISHED.finditer(text)] == []


def test_no_large_file_is_under_version_control() -> None:
    assert [name for name, text in tracked_texts() if len(text) > MAX_BYTES] == []


@each_package
def test_a_package_says_what_goes_in_what_comes_out_and_who_calls_it(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    starts = [line.partition(":")[0] for line in text.splitlines() if re.match(r"(Input|Output|Called by): \S", line)]
    assert starts == ["Input", "Output", "Called by"]


@each_package
def test_a_package_exports_what_others_use_and_the_errors_it_raises(path: Path) -> None:
    package = ".".join(path.parent.relative_to(ROOT / "src").parts)
    pages = [*ROOT.glob("docs/*.py"), *ROOT.glob("benchmarks/*.py")]
    others = [*MODULES, *SCRIPTS, *RULE_FILES, ROOT / "Snakefile", *pages]
    used = {name for other in others if other.parent != path.parent for name in names_used(other, package)}
    below = {entry.stem for entry in path.parent.iterdir()}
    errors = {name for name in exports(path) if name.endswith("Error")}
    assert exports(path) == used - below | errors


def exports(path: Path) -> set[str]:
    """Return `__all__` of a module; without one, it exports nothing."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def names_used(path: Path, package: str) -> set[str]:
    """Return the names of a package that a module, a script or a rule file imports, or accesses as its attributes."""
    lines = path.read_text().splitlines()
    kept = lines if path.suffix == ".py" else [line for line in lines if line.startswith("from bandmap")]
    nodes = list(ast.walk(ast.parse("\n".join(kept))))
    parent, _, leaf = package.rpartition(".")
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    modules = [name for node in imports if node.module == parent for name in node.names]
    aliases = {name.asname or leaf for name in modules if name.name == leaf}
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    return {name.name for node in imports if node.module == package for name in node.names} | {
        node.attr for node in attributes if ast.unparse(node.value) in aliases | {package}
    }
