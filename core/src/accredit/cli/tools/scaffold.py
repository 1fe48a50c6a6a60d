"""The templates of `accredit new-strategy`, and how they become a plugin.

A template is the file of a plugin for the provider Acme, as it stands, with `.template` behind its name. Putting
another provider's name in the place of Acme's is all that is done to it.
"""

import importlib.metadata
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from accredit._distributions import source_of
from accredit.errors import ConfigurationError
from accredit.plugins import installed_entry_points
from accredit.plugins.published import published

LONGEST_NAME = 32
"""Longer names would break the lines of the templates."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ACME = re.compile(r"accredit_acme|accredit-acme|\ban Acme|Acme|ACME|acme|>=0\.1,<0\.2")
_BEGINS_WITH_A_VOWEL = re.compile(r"[aei]|o(?!ne)|u(?!ni)(?=[a-z])|[fhlmnrsx](?![a-z])")
"""As it is spoken: an Acme token, an Uber token, an X token, but a Unity token, a OneLogin token."""
_SUFFIX = ".template"
_FOLDERS: Mapping[str, tuple[str, ...]] = {
    "access-token": ("common", "oauth", "asking", "access-token"),
    "id-token": ("common", "oauth", "id-tokens", "id-token"),
    "oidc": ("common", "oauth", "id-tokens", "asking", "codes", "oidc"),
    "code": ("common", "oauth", "asking", "codes", "code"),
    "signed-payload": ("common", "signed-payload"),
}
"""Where the templates of a kind are; what several kinds need stands in a folder of its own."""


class Names:
    """A strategy's name in each spelling: `acme-pay`, `accredit-acme-pay`, `accredit_acme_pay`, `an AcmePay`.

    Raises:
        ConfigurationError: the name is not of the form, too long, or taken by a plugin that is installed or published.
    """

    def __init__(self, strategy: str) -> None:
        if not _NAME.fullmatch(strategy) or len(strategy) > LONGEST_NAME:
            raise ConfigurationError(
                f"'{strategy}' cannot name a strategy: it takes lower case letters, digits and single hyphens, begins "
                f"with a letter, and has at most {LONGEST_NAME} characters, such as 'acme-pay'"
            )
        if taken := installed_entry_points(strategy):
            raise ConfigurationError(
                f"the strategy '{strategy}' is there already, brought by {source_of(taken[0])}; choose another name"
            )
        if strategy in published():  # a second one of the name could not stand beside it
            raise ConfigurationError(
                f"the strategy '{strategy}' is there already, brought by accredit-{strategy}; install that plugin, or "
                f"choose another name"
            )
        self.strategy = strategy
        self.distribution = f"accredit-{strategy}"
        self.module = f"accredit_{strategy.replace('-', '_')}"
        self.title = "".join(part.capitalize() for part in strategy.split("-"))
        self.article = "an" if _BEGINS_WITH_A_VOWEL.match(strategy) else "a"
        self.variable = strategy.replace("-", "_").upper()

    def put_into(self, text: str) -> str:
        """Return `text` with our names in the place of Acme's, and the installed core's version of its own."""
        replacements = {
            "accredit_acme": self.module,
            "accredit-acme": self.distribution,
            "an Acme": f"{self.article} {self.title}",
            "Acme": self.title,
            "ACME": self.variable,
            "acme": self.strategy,
            ">=0.1,<0.2": _compatible_versions(),
        }
        return _ACME.sub(lambda match: replacements[match[0]], text)


def _compatible_versions() -> str:
    major, minor, *_ = importlib.metadata.version("accredit").split(".")
    return f">={major}.{minor},<{major}.{int(minor) + 1}"


def read_templates(kind: str, names: Names) -> dict[PurePosixPath, str]:
    """Return the files of a plugin: paths inside it, and what they hold."""
    templates = importlib.resources.files("accredit.cli") / "templates"
    found = [one for folder in _FOLDERS[kind] for one in _walk(templates / folder, PurePosixPath())]
    return {PurePosixPath(names.put_into(str(path))): names.put_into(text) for path, text in sorted(found)}


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield path / entry.name.removesuffix(_SUFFIX), entry.read_text("utf-8")


def write(files: Mapping[PurePosixPath, str], directory: Path) -> list[Path]:
    """Write all files below `directory`, or none, and return their paths.

    Raises:
        ConfigurationError: one is there already, or cannot be written.
    """
    made = {directory / path: text for path, text in files.items()}
    if taken := next((path for path in made if path.exists() or path.is_symlink()), None):
        raise ConfigurationError(f"{taken} is there already; choose another --directory")
    try:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as exc:
        raise ConfigurationError(f"{exc.filename} cannot be written: {exc.strerror}") from exc
    return list(made)
