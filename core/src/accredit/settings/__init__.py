"""Settings, as an operator writes them: one TOML file, every value overridable by the environment.

Values are validated once at start-up and frozen. Connection tables stay raw here; each is validated by the settings
model of its strategy when that strategy is loaded (`accredit.plugins`).

Begin at `top`, which holds everything: `tables` that are there once, `clients` (`client_secret`), `connections`,
`plugins`, `operator`. `table` is what each table is made of, `rates` how much callers may ask. `fields`, `origins`,
`proxies` (in front) and `proxy` (on the way out) are kinds of values, `text` is what all of them refuse, `sentences`
how it is told. `load` reads the file, `environment` the variables, `secrets` the values that stand in files; `paths`
says where relative paths begin, and `unread_table` keeps what only a plugin understands. `cache_url` says where
shared state is, `encryption_key` what is encrypted with, and `private_key` what proves to a provider who we are, also
where it is written as a JWK (`private_jwk`). `verifier` is the part of `top` that a verifier takes.
"""

from accredit.settings.clients import (
    CLIENT_CREDENTIALS_GRANT,
    EXCHANGE_GRANT,
    GRANT_TYPES,
    REFRESH_TOKEN_GRANT,
    TOKEN_EXCHANGE_GRANT,
    AuthMethod,
    Authorization,
    ClientSettings,
)
from accredit.settings.connections import CodeSettings, ConnectionSettings, NoncePolicy
from accredit.settings.fields import (
    AppId,
    AppNumber,
    AppSecret,
    BaseUrl,
    BasicId,
    Domain,
    HttpsUrl,
    ListOf,
    Names,
    RedirectUri,
)
from accredit.settings.operator import OperatorSettings
from accredit.settings.plugins import PluginSettings
from accredit.settings.private_key import EcPrivateKey, PrivateKey, RsaPrivateKey
from accredit.settings.tables import (
    AuditSettings,
    CacheSettings,
    CompatibilitySettings,
    KeySettings,
    LimitSettings,
    MetricsSettings,
    ServerSettings,
    StorageSettings,
    SubjectPolicy,
    SubjectSettings,
    TokenSettings,
    TracesSettings,
)
from accredit.settings.top import Settings

__all__ = [
    "CLIENT_CREDENTIALS_GRANT",
    "EXCHANGE_GRANT",
    "GRANT_TYPES",
    "REFRESH_TOKEN_GRANT",
    "TOKEN_EXCHANGE_GRANT",
    "AppId",
    "AppNumber",
    "AppSecret",
    "AuditSettings",
    "AuthMethod",
    "Authorization",
    "BaseUrl",
    "BasicId",
    "CacheSettings",
    "ClientSettings",
    "CodeSettings",
    "CompatibilitySettings",
    "ConnectionSettings",
    "Domain",
    "EcPrivateKey",
    "HttpsUrl",
    "KeySettings",
    "LimitSettings",
    "ListOf",
    "MetricsSettings",
    "Names",
    "NoncePolicy",
    "OperatorSettings",
    "PluginSettings",
    "PrivateKey",
    "RedirectUri",
    "RsaPrivateKey",
    "ServerSettings",
    "Settings",
    "StorageSettings",
    "SubjectPolicy",
    "SubjectSettings",
    "TokenSettings",
    "TracesSettings",
]
