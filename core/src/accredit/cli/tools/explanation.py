"""Why a provider's token is accepted or refused: every check, every call, and nothing secret."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accredit.audience import AppBound, CodeExchanged, JwtAudience
from accredit.audit.events import AnyEvent, ProviderEvent
from accredit.audit.redact import redact, secrets_of, without
from accredit.cli.tools.exchange import exchange_without_files
from accredit.credentials import Credential, ProviderToken
from accredit.errors import ConfigurationError, ExchangeError, ProviderUnavailable
from accredit.hookspecs import hookimpl
from accredit.models import Identity, Verification
from accredit.oauth.wire.fields import known_fields, read_fields
from accredit.oauth.wire.handed import extras_of, handed_in
from accredit.parameters import LONGEST
from accredit.plugins import Connection
from accredit.settings import Settings
from accredit.strategy import Strategy, VerifyContext

_UNCHECKED_NONCE = "whether the nonce was issued here, for the client, and is unused is not looked at"


@dataclass(slots=True)
class Explanation:
    """What became of a token. `notes` are log lines beside the audit event, such as a warning of start-up, and what
    was not looked at."""

    connection: Connection
    event: ProviderEvent | None = None
    error: ExchangeError | None = None
    verification: object = None
    identity: Identity | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 accepted, 3 refused, 4 the provider is in trouble, 5 something of ours is wrong."""
        if self.error is None:
            return 0
        if self.error.status < 500:
            return 3
        return 4 if isinstance(self.error, ProviderUnavailable) else 5


class Inquiry:
    """One connection, ready to be asked about one token.

    Raises:
        ConfigurationError: there is no such connection, it is off, or its settings are wrong.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        table = settings.connections.get(name)
        if table is None:
            known = ", ".join(settings.connections) or "none"
            raise ConfigurationError(f"no connection '{name}' is configured (configured: {known})")
        is_issued = table.get("nonce") == "issued"
        tables = {name: {**table, "nonce": "required"} if is_issued else table}  # whose it is, only servers can tell
        self._exchange = exchange_without_files(settings, tables, plugins=(self,), logger=self)
        if name in self._exchange.engine.disabled:
            raise ConfigurationError(f"connection '{name}' is off: set enabled = true")
        self._name = name
        self._found = Explanation(self._exchange.engine.connections[name])
        if is_issued:
            self._found.notes.append(_UNCHECKED_NONCE)

    async def ask(self, token: str, nonce: str | None) -> Explanation:
        """Verify a token as an exchange would, up to the profile: who its user is, and for which app.

        In the place of a token may stand a client's request in JSON, such as one with a code.
        """
        found = self._found
        witness = _Witness(found.connection.strategy)
        self._exchange.engine.providers.connections = {
            self._name: dataclasses.replace(found.connection, strategy=witness)
        }
        async with self._exchange as exchange:
            try:
                found.identity = await exchange.verify(self._name, self._handed(token, nonce, exchange.refuse))
            except ExchangeError as error:
                found.error = error
        found.verification = witness.verification
        return found

    def _handed(
        self, token: str, nonce: str | None, refuse: Callable[[ExchangeError], None]
    ) -> ProviderToken | Credential:
        try:
            if not is_request(token):
                return ProviderToken.of(token, nonce=nonce)
            given, _ = read_fields(token.encode(), "application/json")
            connection = self._found.connection
            return handed_in(known_fields(given, LONGEST), extras_of(given, connection), connection)
        except ExchangeError as error:
            refuse(error)
            raise

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Keep the audit event, which has the checks and the calls."""
        if isinstance(event, ProviderEvent):
            self._found.event = event

    def msg(self, line: str) -> None:
        """Keep a log line that is not the audit event."""
        fields = json.loads(line)
        event = fields.pop("event")
        if not event.startswith("exchange."):
            told = {name: value for name, value in fields.items() if name not in {"level", "timestamp"}}
            self._found.notes.append(" ".join([event, *(f"{name}={value}" for name, value in told.items())]))

    info = warning = error = critical = msg


class _Witness(Strategy[Any]):
    """A strategy that remembers what the provider said: a refusal for its audience does not say whose token it was."""

    def __init__(self, strategy: Strategy[Any]) -> None:
        super().__init__(strategy.settings)
        same = ("name", "accepts", "reads", "kind_of", "supports_pkce")
        vars(self).update({name: getattr(strategy, name) for name in same})
        self._strategy = strategy
        self.verification: object = None
        """What `verify` returned, which need not be what it must return."""

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        self.verification = verification = await self._strategy.verify(credential, ctx)
        return verification

    def normalize(self, verification: Verification) -> Any:
        return self._strategy.normalize(verification)


def is_request(given: str) -> bool:
    """Tell whether this is a request in JSON, and no token."""
    return given.startswith("{")


def secrets_in(given: str) -> list[str]:
    """Return what must not be shown of a token, or of a request in JSON: whatever a client may send as a secret."""
    try:
        values = json.loads(given).values() if is_request(given) else ()
    except (ValueError, RecursionError):
        values = ()
    return [given, *(value for value in values if isinstance(value, str))]


def report(found: Explanation, *, secrets: list[str], show_email: bool) -> dict[str, Any]:
    """Return all of it as JSON values, with `secrets` and those of the connection blanked wherever they stand."""
    event, error, identity = found.event, found.error, found.identity
    if event is None:  # every exchange leaves one
        raise RuntimeError("no audit event")
    told = {
        "verdict": event.outcome,
        "exit_code": found.exit_code,
        "reason": event.reason,
        "detail": event.detail,
        "answer": None
        if error is None
        else {"status": error.status, "error": error.error, "error_description": error.description},
        "retry_after_s": None if error is None else error.retry_after_s,
        "connection": found.connection.name,
        "strategy": found.connection.strategy.name,
        "brought_by": found.connection.source,
        "checks": [{**check._asdict(), "duration_ms": round(check.duration_ms, 1)} for check in event.checks],
        "calls": [
            {"method": call.method, "url": call.url, "status": call.status, "duration_ms": round(call.duration_ms, 1)}
            for call in event.calls
        ],
        "audience": _audience(found.verification, found.connection),
        "user_id": None if identity is None else identity.user_id,
        "expires_at": None if identity is None else identity.expires_at,
        "permissions": None if identity is None else sorted(identity.provider_scopes),
        "profile": None if identity is None else _claims(identity, show_email=show_email),
        "notes": found.notes,
        "duration_ms": round(event.duration_ms, 1),
    }
    # Our own words, which quote no secret; a plugin's may.
    told |= redact({name: told[name] for name in ("detail", "notes")})
    cleaned: dict[str, Any] = without([*secrets, *secrets_of(found.connection.settings)], told)
    return cleaned


def _audience(verification: object, connection: Connection) -> dict[str, Any] | None:
    if not isinstance(verification, Verification):
        return None
    match proof := verification.audience:
        case AppBound(app_id):
            named = [app_id]
        case CodeExchanged(client_id):
            named = [client_id]
        case JwtAudience(aud, azp):
            named = list(dict.fromkeys(aud if azp is None else (*aud, azp)))
        case _:
            return {"proof": type(proof).__name__}
    return {"proof": type(proof).__name__, "named": named, "accepted": sorted(connection.accepted)}


def _claims(identity: Identity, *, show_email: bool) -> dict[str, Any]:
    claims = identity.profile.claims()
    if "email" in claims and not show_email:
        local, at, domain = claims["email"].rpartition("@")
        claims["email"] = f"{local[:1]}***{at}{domain}"
    return claims
