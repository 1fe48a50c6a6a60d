"""Sphinx settings of the documentation site."""

import shutil
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring

project = "Accredit"
author = project_copyright = "The Accredit authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "sphinx_design"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "examples"]
html_theme = "furo"  # light and dark, phones, and nothing fetched from elsewhere
html_title = "Accredit"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
# What is only shown is not to be pasted.
copybutton_selector = "div:not(.highlight-text, .highlight-http) > div.highlight > pre"
myst_enable_extensions = ["colon_fence"]  # the cards of the start page
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]

# The reference is made from the code: `docs/reference/code` names the modules.
default_role = "literal"  # docstrings write code as Markdown does
add_module_names = False
python_maximum_signature_line_length = 90
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_default_options = {
    "members": True,
    "undoc-members": True,
    "show-inheritance": True,
    # What a reader calls, by parentheses or by `with`.
    "special-members": "__call__, __aenter__, __aexit__, __enter__, __exit__",
}

# What stands in a Django project can only be imported in one.
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "accredit.contrib.django"])
django.setup()


def read_sections(app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    """Give the section `Raises` of a docstring its form."""
    # Not by napoleon's own hook: that reads what stands before a colon in the text of an attribute as its type.
    lines[:] = GoogleDocstring(lines).lines()


def name_defaults(
    app: Sphinx, what: str, name: str, obj: object, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Write `...` for a default that a factory makes: Sphinx cannot read what dataclasses write, nor the rest then."""
    return signature and signature.replace("<factory>", "..."), returns


def serve_lists(app: Sphinx, failure: Exception | None) -> None:
    """Put what programs read about providers beside the page, under its own name."""
    if failure is None and app.builder.format == "html":
        for path in Path(app.srcdir).glob("providers/**/*.json"):
            target = Path(app.outdir) / path.relative_to(app.srcdir)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def setup(app: Sphinx) -> None:
    """Let docstrings be read as they are written here, signatures as dataclasses write them, and lists be served."""
    app.connect("autodoc-process-docstring", read_sections)
    app.connect("autodoc-process-signature", name_defaults)
    app.connect("build-finished", serve_lists)
