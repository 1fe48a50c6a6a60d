"""Everything an operator can say."""

from collections.abc import Iterator
from typing import Any, Self

from pydantic import Field, ModelWrapValidatorHandler, SecretStr, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from accredit.errors import ConfigurationError
from accredit.settings.clients import Authorization, ClientSettings
from accredit.settings.fields import HttpsUrl, WireName
from accredit.settings.operator import OperatorSettings
from accredit.settings.plugins import PluginSettings
from accredit.settings.proxy import DIRECT, Proxy
from accredit.settings.sentences import sentences
from accredit.settings.table import Table
from accredit.settings.tables import (
    AuditSettings,
    CacheSettings,
    CompatibilitySettings,
    KeySettings,
    LimitSettings,
    MetricsSettings,
    ServerSettings,
    StorageSettings,
    SubjectSettings,
    TokenSettings,
    TracesSettings,
)
from accredit.settings.unread_table import UnreadTable


class Settings(Table):
    """Everything an operator can say. `load_settings` reads it from a file and the environment.

    Raises:
        ConfigurationError: a value is wrong; the message has a sentence for each, with its place and without the value.
    """

    issuer: HttpsUrl
    """Becomes `iss`, letter for letter; a trailing slash is kept."""
    connections: dict[WireName, UnreadTable] = Field(default_factory=dict)
    clients: dict[WireName, ClientSettings] = Field(default_factory=dict)
    authorization: Authorization = "ignore"
    """Whether callers must send a live access token of ours in `Authorization: Bearer`."""
    proxy: Proxy = SecretStr(DIRECT)
    """How calls to providers leave: `direct`, by what the `environment` says, or through the proxy of a URL."""
    tokens: TokenSettings = TokenSettings()
    keys: KeySettings = KeySettings()
    storage: StorageSettings = StorageSettings()
    subjects: SubjectSettings = SubjectSettings()
    limits: LimitSettings = LimitSettings()
    cache: CacheSettings = CacheSettings()
    compatibility: CompatibilitySettings = CompatibilitySettings()
    server: ServerSettings = ServerSettings()
    metrics: MetricsSettings = MetricsSettings()
    operator: OperatorSettings = OperatorSettings()
    traces: TracesSettings = TracesSettings()
    audit: AuditSettings = AuditSettings()
    plugins: PluginSettings = PluginSettings()

    @model_validator(mode="after")
    def _names_connections_that_there_are(self) -> Self:
        if unknown := list(self._unknown_connections()):
            raise ValidationError.from_exception_data("Settings", unknown)
        return self

    def _unknown_connections(self) -> Iterator[InitErrorDetails]:
        known = ", ".join(self.connections) or "none"
        told = "names a connection that is not configured (configured: {known})"
        problem = PydanticCustomError("unknown_connection", told, {"known": known})
        for client_id, client in self.clients.items():
            for number, name in enumerate(client.connections):
                if name not in self.connections:
                    place = ("clients", client_id, "connections", number)
                    yield InitErrorDetails(type=problem, loc=place, input=None)

    @model_validator(mode="wrap")  # after the other: it must be the outermost
    @classmethod
    def _in_our_own_words(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as exc:
            raise ConfigurationError(sentences(exc, cls)) from None  # pydantic's own text may quote values
