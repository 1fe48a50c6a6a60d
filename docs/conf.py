"""Sphinx settings of the documentation site."""

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
