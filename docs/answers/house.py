"""What the requests are sent to: every simulator of our plugins, and exchanges for them, over real HTTP on loopback.

Time stands still here. Beside the ordinary exchange there are some in a state of their own: one that allows a single
call a minute, one whose database is gone.
"""

import asyncio
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from docs import gallery
from docs.answers.wire import PATH, Request

from accredit import AccessDenied, Exchange, ExchangeEvent, Login, Settings, create_app, hookimpl
from accredit.audit.events import AnyEvent
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.models import ExtraClaims
from accredit.sandbox.sandbox import CLIENT_ID, STRICT_CLIENT_ID
from accredit.testing import Simulator, installed_simulators, serve

NOW = 1_798_761_600
"""It is midnight in Greenwich, and 2027 begins."""
URL = "http://127.0.0.1:8000"
"""Where `accredit dev` listens, whose clients and connections have the same names."""


class Company:
    """The plugin of a company with rules of its own, for some clients; it also hears what the log says."""

    def __init__(self) -> None:
        self._reasons: list[str] = []
        self.is_inside = threading.Event()
        self.may_leave = threading.Event()

    def heard(self) -> str | None:
        """Return the reason of the event since the last call, None where there was none."""
        heard, self._reasons = self._reasons, []
        return heard[-1] if heard else None

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Keep the reason of a login."""
        if isinstance(event, ExchangeEvent):
            self._reasons.append(event.reason)

    @hookimpl
    async def authorize(self, login: Login) -> None:
        """Refuse whoever comes by the staff's app, and let those of another one wait."""
        if login.client_id == "staff-app":
            raise AccessDenied("only members of staff may log in here")
        if login.client_id == "app-that-waits":
            self.is_inside.set()
            await asyncio.to_thread(self.may_leave.wait, 30)

    @hookimpl
    async def subject_active(self, subject: str, client_id: str) -> bool | None:
        """Block all users of one app."""
        return False if client_id == "app-of-blocked-users" else None

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims | None:
        """Fail for one app."""
        if login.client_id == "app-with-a-broken-plugin":
            raise RuntimeError("this plugin has a fault")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running exchange."""

    url: str
    company: Company
    database: Path
    client: httpx.Client

    def send(self, request: Request) -> tuple[httpx.Response, str | None]:
        """Send a request, and return its answer with the event's reason."""
        self.company.heard()
        content = {"content": request.body, "headers": {"Content-Type": request.content_type}}
        given: dict[str, Any] = content if request.method == "POST" else {}
        response = self.client.request(request.method, f"{self.url}{PATH}", **given)
        return response, self.company.heard()

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Take the database's file away while the block runs."""
        elsewhere = self.database.rename(self.database.with_name("elsewhere"))
        try:
            yield
        finally:
            elsewhere.rename(self.database)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The simulated providers, and what an exchange needs."""

    simulators: Mapping[str, Simulator]
    tables: Mapping[str, Mapping[str, Any]]
    """The connections."""
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("RS256"))

    @classmethod
    @contextmanager
    def open(cls, names: Collection[str] = ()) -> Iterator[Self]:
        """Run the simulators with these names, all of our plugins' by default."""
        ours = names or [strategy.name for strategy in gallery.ours()]
        simulators = {name: one(clock=_now) for name, one in installed_simulators().items() if name in ours}
        with ExitStack() as stack:
            urls = {name: stack.enter_context(serve(one.app())) for name, one in simulators.items()}
            yield cls(
                simulators=simulators,
                tables={name: one.settings(urls[name]) for name, one in simulators.items()},
            )

    @contextmanager
    def server(self, *names: str, **limits: object) -> Iterator[Server]:
        """Run an exchange with these connections, all by default. `limits` are settings of that table.

        Nothing is asked again, and nothing is counted or remembered, unless `limits` say so.
        """
        connections = self._connections(names or tuple(self.tables))
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accredit-")))
            settings = Settings.model_validate(
                {
                    "issuer": f"{URL}/",
                    "connections": connections,
                    "clients": self._clients(connections),
                    "limits": {"enabled": False, "provider_retries": 0, "breaker_outages": 0, **limits},
                    "storage": {"url": f"sqlite:///{folder}/accredit.db"},
                }
            )
            company = Company()
            exchange = Exchange(
                settings,
                plugins=[company],
                clock=_now,
                monotonic=_now,
                keys=SigningKeys([self.key]),
                logger=_Silence(),
            )
            url = stack.enter_context(serve(create_app(exchange)))
            client = stack.enter_context(httpx.Client(trust_env=False, timeout=30))
            yield Server(url=url, company=company, database=folder / "accredit.db", client=client)

    def _connections(self, names: Collection[str]) -> dict[str, dict[str, Any]]:
        tables = {name: {"cache_s": 0, **self.tables[name]} for name in names}
        if "facebook" in names:
            tables["facebook-old"] = {**tables["facebook"], "strategy": "facebook", "enabled": False}
        if "discord" in names:
            known = {name: value for name, value in tables["discord"].items() if name != "client_secret"}
            tables["discord-without-secret"] = {**known, "strategy": "discord"}
        return tables

    def _clients(self, connections: Collection[str]) -> dict[str, dict[str, Any]]:
        everything = {"connections": list(connections)}
        others = ("staff-app", "app-of-blocked-users", "app-with-a-broken-plugin", "app-that-waits")
        return {
            CLIENT_ID: everything,
            STRICT_CLIENT_ID: {**everything, "authorization": "required"},
            "app-without-facebook": {"connections": [name for name in connections if name != "facebook"]},
            "app-that-only-refreshes": {**everything, "grant_types": ["refresh_token"]},
            "confidential-app": {**everything, "secret_hash": f"sha256:{'0' * 64}"},
            **dict.fromkeys(others, everything),
        }


class _Silence:
    """A logger to whom nothing matters."""

    def _ignore(self, line: str) -> None:
        """Let it go."""

    info = warning = error = critical = _ignore


def _now() -> float:
    return NOW
