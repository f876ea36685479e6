"""Settings of the site, which `make docs` builds from the Markdown pages as they lie in the repository.

Sphinx with the PyData theme, because readers come from MNE and braindecode, whose sites are built with both.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parent))
import faces

ROOT = Path(__file__).parents[1]
PAGES = {"docs", "results", "CONTRIBUTING.md", "CHANGELOG.md"}
"""What of the repository's root is part of the site."""

project = "Bandmap"
copyright = "the Bandmap developers"
version = release = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
root_doc = "docs/index"
exclude_patterns = [path.name for path in ROOT.iterdir() if path.name not in PAGES]
exclude_patterns += ["results/[!R]*", "**/.*", "docs/images/truth/*.md"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # CHANGELOG.md goes by its own levels
default_role = "code"  # in docstrings
nitpicky = False
numpydoc_show_class_members = False
autodoc_typehints = "none"  # numpydoc states types with their shapes and units
autodoc_member_order = "bysource"

html_theme = "pydata_sphinx_theme"
html_title = f"Bandmap {version}"
html_static_path = ["static"]
html_css_files = ["bandmap.css"]
html_additional_pages = {"index": "to_start.html"}
html_sidebars = {"docs/start": [], "docs/models": []}  # they lead to no page of their own section
templates_path = ["templates"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "Bandmap"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

logger = logging.getLogger(__name__)


def shell(text: str) -> None:
    """Raise ValueError if bash cannot parse a text."""
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip())


PARSERS = {"python": ast.parse, "yaml": yaml.safe_load, "bash": shell}
"""Language of a block of code to what raises an error if a text is not of this language."""

COMMANDS = ("bandmap ", "docker ", "make ", "pip ", "snakemake ")
"""Starts of a block in the shell's language, if the block names no language."""

OTHERS = {"text", "console", "r", "mermaid", "none", "default"}
"""Languages that are not parsed."""


def check_blocks(app, doctree: nodes.document) -> None:
    """Warn, and so stop the build, where a block of code does not parse, or a table would be shown as text."""
    for block in doctree.findall(nodes.literal_block):
        language, text = block.get("language", "default"), block.astext()
        command = language in ("none", "default") and text.startswith(COMMANDS)
        name = "text that starts with a command" if command else language
        try:
            (shell if command else PARSERS.get(language, str))(text)
        except (SyntaxError, ValueError, yaml.YAMLError) as error:
            logger.warning("block of %s does not parse: %s", name, error, location=block)
        if language not in {*PARSERS, *OTHERS}:
            logger.warning("block of unknown language '%s'", language, location=block)
    for paragraph in doctree.findall(nodes.paragraph):
        if paragraph.astext().startswith("| "):
            logger.warning("table without a line of names and a line of dashes", location=paragraph)


def add_contents(app, page: str, text: list[str]) -> None:
    """Make the list of pages at a section's start its table of contents, and add the reference to its page."""
    listed = re.findall(r"^\* \[[^\]]+\]\(([^)#:]+\.md)\)", text[0], re.MULTILINE)
    if page in SECTIONS:
        text[0] += "\n\n```{toctree}\n:hidden:\n\n" + "\n".join(listed) + "\n```\n"
    if page == "docs/api":
        text[0] += faces.reference()


SECTIONS = {
    root_doc, "docs/tutorials", "docs/guide", "docs/models", "docs/evidence", "docs/reference",
    "docs/architecture",
}  # fmt: skip
"""Pages whose list of pages is a part of the navigation."""


def setup(app) -> None:
    """Add the checks."""
    app.connect("source-read", add_contents)
    app.connect("autodoc-process-docstring", faces.as_fields)
    app.connect("doctree-read", check_blocks)
