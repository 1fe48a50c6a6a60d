"""What the tests of the importers share: connections without plugins, a target, and how a report reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from core.tests.acme import Acme, AcmeSettings
from core.tests.bench import NOW

from accredit.audit.events import AnyEvent
from accredit.importers import Report, Target
from accredit.plugins import Connection
from accredit.settings import Settings
from accredit.storage import MemoryStorage, Storage
from accredit.strategy import UserIdScope

ISSUER = "https://login.example.com/"
FACEBOOK_APP = "1234567890"


def connection(
    name: str,
    strategy: str | None = None,
    *,
    scope: UserIdScope = "global",
    app_ids: Iterable[str] = ("1",),
    namespace: str | None = None,
) -> Connection:
    """Return a connection of a strategy that does nothing, under the name of a real one."""

    class Idle(Acme):
        user_id_scope: ClassVar[UserIdScope] = scope

    Idle.name = strategy or name
    settings = AcmeSettings.model_validate({"app_ids": tuple(app_ids), "namespace": namespace})
    accepted = frozenset(app_ids)
    return Connection(name, Idle(settings), settings, accepted, {"": accepted}, "test", (), {}, "")


def connections(*more: Connection) -> Mapping[str, Connection]:
    """Return what a shop has: Facebook's ids are those of its app, the others' are everywhere the same."""
    ours = (
        connection("google-oauth2"),
        connection("facebook", scope="app", app_ids=[FACEBOOK_APP]),
        connection("acme"),
    )
    return {one.name: one for one in (*ours, *more)}


def settings(**more: Any) -> Settings:
    return Settings.model_validate({"issuer": ISSUER, "storage": {"url": "memory://"}, **more})


class Heard(list[AnyEvent]):
    """The events of an import."""

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self]


def target(
    storage: Storage | None = None,
    *,
    known: Mapping[str, Connection] | None = None,
    clients: Mapping[str, Any] | None = None,
    tokens: Mapping[str, Any] | None = None,
    heard: Heard | None = None,
    clock: Any = lambda: NOW,
) -> Target:
    """Return where to import to, by default an empty storage."""
    tables: dict[str, Any] = {name: {} for name in (known or connections())}
    return Target(
        storage=MemoryStorage(clock=clock) if storage is None else storage,
        settings=settings(clients=dict(clients or {}), connections=tables, tokens=dict(tokens or {})),
        connections=connections() if known is None else known,
        clock=clock,
        emit=(Heard() if heard is None else heard).append,
    )


def outcomes(report: Report) -> dict[str, tuple[str, str]]:
    """Return what became of each row, and why."""
    return {entry.row: (entry.outcome, entry.reason) for entry in report.entries}


def of(report: Report, kind: str, outcome: str) -> Sequence[str]:
    """Return the rows of a kind that came to that end."""
    return [one.row for one in report.entries if (one.kind, one.outcome) == (kind, outcome)]


async def identities(storage: Storage, users: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the identities of those users who have any."""
    found = {user: await storage.identities(user) for user in users}
    return {user: own for user, own in found.items() if own}
