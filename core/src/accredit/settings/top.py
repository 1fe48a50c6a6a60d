"""Everything an operator can say."""

from typing import Any

from pydantic import Field, SecretStr

from accredit.settings.clients import Authorization, ClientSettings
from accredit.settings.fields import HttpsUrl
from accredit.settings.proxy import DIRECT, Proxy
from accredit.settings.table import Table
from accredit.settings.tables import (
    CompatibilitySettings,
    KeySettings,
    LimitSettings,
    ServerSettings,
    StorageSettings,
    SubjectSettings,
    TokenSettings,
)


class Settings(Table):
    """Everything an operator can say. `load_settings` reads it from a file and the environment."""

    issuer: HttpsUrl
    """Becomes `iss`, letter for letter; a trailing slash is kept."""
    connections: dict[str, dict[str, Any]] = Field(default_factory=dict)
    clients: dict[str, ClientSettings] = Field(default_factory=dict)
    authorization: Authorization = "ignore"
    """Whether callers must send a live access token of ours in `Authorization: Bearer`."""
    proxy: Proxy = SecretStr(DIRECT)
    """How calls to providers leave: `direct`, by what the `environment` says, or through the proxy of a URL."""
    tokens: TokenSettings = TokenSettings()
    keys: KeySettings = KeySettings()
    storage: StorageSettings = StorageSettings()
    subjects: SubjectSettings = SubjectSettings()
    limits: LimitSettings = LimitSettings()
    compatibility: CompatibilitySettings = CompatibilitySettings()
    server: ServerSettings = ServerSettings()
