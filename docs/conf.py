"""Sphinx settings of the documentation site."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

project = "Accredit"
author = "The Accredit authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_title = "Accredit"
html_theme_options = {"description": "Social logins without a browser redirect", "fixed_sidebar": True}
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]


def setup(_: Sphinx) -> None:
    """Write the generated pages before Sphinx looks for pages."""
    from docs.generate import write

    write(HERE / "reference")
