"""Which strategies there are: those of ours, and whatever else is installed; and what of it is used here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accredit.cli.tools.inventory import Installed
from accredit.plugins.published import published


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """One strategy; `accepts` are kinds of credentials."""

    strategy: str
    distribution: str | None
    accepts: tuple[str, ...]
    installed: bool
    version: str | None
    """Of what is installed."""
    connections: tuple[str, ...]
    """The connections of the settings that use it, switched off or not."""
    problem: str | None
    """Why it cannot be loaded, although it is installed."""
    published: Mapping[str, Any] | None
    """What the table of our own strategies says of it; None where it is somebody else's."""


def list_available(inventory: Iterable[Installed]) -> list[Available]:
    """Return our strategies and all that are installed, in order of name; what nobody brings is left out."""
    found = {one.strategy: one for one in inventory}
    brought = {name for name, one in found.items() if one.distribution}
    return [_available(name, found.get(name)) for name in sorted(brought.union(published()))]


def _available(name: str, here: Installed | None) -> Available:
    ours = published().get(name)
    told: Mapping[str, Any] = ours or {"distribution": None, "accepts": ()}
    here = here or Installed(strategy=name, distribution=None, version=None)
    return Available(
        strategy=name,
        distribution=here.distribution or told["distribution"],
        accepts=here.accepts or tuple(told["accepts"]),
        installed=here.distribution is not None,
        version=here.version,
        connections=tuple(one.name for one in here.connections),
        problem=here.problem if here.distribution else None,
        published=ours,
    )
