"""Ask a provider about one token, as an exchange would, and issue nothing."""

import dataclasses
import json
from collections.abc import Callable

from accredit.audit.events import AnyEvent, ProviderEvent
from accredit.credentials import Credential, ProviderToken
from accredit.errors import ConfigurationError, ExchangeError, ProviderUnavailable
from accredit.exchange.without_files import exchange_without_files
from accredit.explaining.explanation import Explanation, Told
from accredit.explaining.plain import is_plain
from accredit.explaining.witness import witness
from accredit.hookspecs import hookimpl
from accredit.oauth.wire.fields import known_fields, read_fields
from accredit.oauth.wire.handed import extras_of, handed_in
from accredit.parameters import LONGEST
from accredit.settings import Settings

_UNCHECKED_NONCE = "whether the nonce was issued here, for the client, and is unused is not looked at"


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
        self._found = Explanation(connection=self._exchange.engine.connections[name])
        self.refusal: ExchangeError | None = None
        """Why the token was not accepted."""
        if is_issued:
            self._found.notes.append(_UNCHECKED_NONCE)

    @property
    def exit_code(self) -> int:
        """0 accepted, 3 refused, 4 the provider is in trouble, 5 something of ours is wrong."""
        if self.refusal is None:
            return 0
        if self.refusal.status < 500:
            return 3
        return 4 if isinstance(self.refusal, ProviderUnavailable) else 5

    async def ask(self, token: str, nonce: str | None) -> Explanation:
        """Verify a token as an exchange would, up to the profile: who its user is, and for which app.

        In the place of a token may stand a client's request in JSON, such as one with a code.
        """
        found = self._found
        heard = witness(found.connection.strategy, self._hear)
        self._exchange.engine.providers.connections = {
            self._name: dataclasses.replace(found.connection, strategy=heard)
        }
        async with self._exchange as exchange:
            try:
                identity = await exchange.verify(self._name, self._handed(token, nonce, exchange.refuse))
                found.profile = identity.profile
            except ExchangeError as error:
                self.refusal = error
                found.told = Told(
                    status=error.status,
                    error=error.error,
                    error_description=error.description,
                    retry_after_s=error.retry_after_s,
                )
        return found

    def _hear(self, verification: object, _: object) -> None:
        self._found.verification = verification

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


def is_request(given: str) -> bool:
    """Tell whether this is a request in JSON, and no token."""
    return given.startswith("{")


def secrets_in(given: str) -> list[str]:
    """Return what must not be shown of a token, or of a request in JSON: whatever is not known to be no secret."""
    try:
        fields = json.loads(given).items() if is_request(given) else ()
    except (ValueError, RecursionError):
        fields = ()
    return [given, *(value for name, value in fields if isinstance(value, str) and not is_plain(name, value))]
