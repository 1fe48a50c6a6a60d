"""What is installed: entry points, the distributions behind them, and whether those fit the core.

Its metadata says which versions of core a distribution was made for. Installers look at that once. Afterwards either
side is upgraded alone, or from a folder, and the plugin then fails somewhere inside, in words that name neither.
"""

import importlib.metadata

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

CORE = "accredit"


def entry_points_of(group: str) -> list[importlib.metadata.EntryPoint]:
    """Return the entry points of a group; those of a distribution that is found twice count once."""
    found = list(importlib.metadata.entry_points(group=group))
    if len({entry.name for entry in found}) == len(found):
        return found  # without a look at who they are of: that reads the metadata of each
    return list({(entry.name, source_of(entry)): entry for entry in found}.values())


def source_of(entry: importlib.metadata.EntryPoint) -> str:
    """Name the distribution of an entry point, with its version."""
    try:
        return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"
    except ValueError:  # metadata that is no text
        return "a distribution whose metadata cannot be read"


def mismatch(distribution: importlib.metadata.Distribution) -> str | None:
    """Say that a plugin's distribution does not allow the installed core, and what to do; None where all is well.

    A pre-release counts as the release that it leads to, too: `0.3.0.dev1` is allowed by `>=0.3` as by `>=0.2`. What
    cannot be read allows everything: a plugin that does not say what it needs may still work.
    """
    core = _version_of_core()
    if core is None:
        return None
    for allowed in _allowed(distribution):
        if not _allows(allowed, core):
            ask = f"{distribution.name} {distribution.version} asks for {CORE}{allowed}, and {CORE} {core} is installed"
            return f"{ask}: {_advice(allowed, core, distribution.name)}"
    return None


def _version_of_core() -> Version | None:
    try:
        return Version(importlib.metadata.version(CORE))
    except (importlib.metadata.PackageNotFoundError, InvalidVersion, TypeError):  # on a path, but not installed
        return None


def _allowed(distribution: importlib.metadata.Distribution) -> list[SpecifierSet]:
    """Return what a distribution says about core; not what only its extras need."""
    try:
        lines = distribution.requires or []
    except ValueError:  # metadata that is no text
        lines = []
    found = []
    for line in lines:
        try:
            requirement = Requirement(line)
            counts = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        except ValueError:  # no requirement, or a marker that compares what cannot be compared
            continue
        if counts and canonicalize_name(requirement.name) == CORE:
            found.append(requirement.specifier)
    return found


def _allows(allowed: SpecifierSet | Specifier, core: Version) -> bool:
    return any(allowed.contains(one, prereleases=True) for one in (core, Version(core.base_version)))


def _advice(allowed: SpecifierSet, core: Version, plugin: str) -> str:
    if any(_asks_for_more(one, core) for one in allowed if not _allows(one, core)):
        return f"upgrade {CORE}, or install an older {plugin}"
    return f"upgrade {plugin}, or install an older {CORE}"


def _asks_for_more(refusing: Specifier, core: Version) -> bool:
    if refusing.operator in {"==", "~="}:
        return core < Version(refusing.version.removesuffix(".*"))
    return refusing.operator in {">", ">="}
