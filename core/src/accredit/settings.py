"""Settings, as an operator writes them: one TOML file, every value overridable by the environment.

Values are validated once at start-up and frozen. Connection tables stay raw here; each is validated by the settings
model of its strategy when that strategy is loaded (`accredit.plugins`).
"""

import base64
import ipaddress
import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from accredit.client_secret import SecretHash

EXCHANGE_GRANT = "http://auth0.com/oauth/legacy/grant-type/access_token"
"""The name of this grant in a client's `grant_types`, as in the original service."""
TOKEN_EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name, no secret
"""The same over the standard's wire. Source: RFC 8693 section 2.1."""
REFRESH_TOKEN_GRANT = "refresh_token"  # noqa: S105 - a name, no secret
CLIENT_CREDENTIALS_GRANT = "client_credentials"


_PLAIN = re.compile(r"[^\s\x00-\x1f?#\\]+")
_CENTURY_S = 3_153_600_000
_LONGEST_LEEWAY_S = 3600


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _https_url(value: str) -> str:
    problem = "must be a plain URL: scheme, host and path"
    if not _PLAIN.fullmatch(value):
        raise ValueError(problem)
    try:
        parts = urlsplit(value)
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:  # its own text quotes the value
        raise ValueError(problem) from None
    if not parts.hostname or parts.username is not None:
        raise ValueError(problem)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must start with https:// (http is accepted on loopback only)")
    return value


def _comma_separated(value: object) -> object:
    """Let an environment variable hold a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _decoded_keys(value: SecretStr) -> tuple[bytes, ...]:
    parts = [part.strip().rstrip("=") for part in value.get_secret_value().split(",")]
    return tuple(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_") for part in parts)


def _encryption_key(value: SecretStr) -> SecretStr:
    try:
        sizes = {len(key) for key in _decoded_keys(value)}
    except ValueError:  # its own text quotes the value
        sizes = set()
    if sizes != {32}:
        raise ValueError("must be 32 bytes in base64")
    return value


HttpsUrl = Annotated[str, AfterValidator(_https_url)]
"""An https URL without credentials, query or fragment; http only on loopback."""
BaseUrl = Annotated[str, AfterValidator(_https_url), AfterValidator(lambda url: url.rstrip("/"))]
"""The same, to append paths to: no trailing slash."""
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_comma_separated)]
"""A list of exact strings; in an environment variable separated by commas."""


class ConnectionSettings(_Table):
    """What every connection has; a strategy adds its own settings by subclassing this.

    Every setting whose name ends in `_url` must be an `HttpsUrl` or `BaseUrl`: together they are the hosts the
    strategy may talk to.
    """

    strategy: str = ""
    """Implied by the connection's name where that is a strategy's name."""
    enabled: bool = True
    accept_unbound_tokens: bool = False
    """Accept tokens of which nobody can tell the app. Dangerous: another app's token then logs its users in here."""
    trust_email: bool = False
    """Assert `email_verified` although the provider does not vouch for addresses."""

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app ids at the provider, compared exactly; an empty set stops start-up."""
        raise NotImplementedError("a strategy's settings name its accepted audiences")

    @property
    def provider_urls(self) -> tuple[str, ...]:
        """Every provider URL of this connection; no other host is ever called."""
        return tuple(getattr(self, name) for name in type(self).model_fields if name.endswith("_url"))


Authorization = Literal["ignore", "required"]
AuthMethod = Literal["none", "client_secret", "private_key_jwt"]


def _is_secret_hash(value: SecretStr) -> SecretStr:
    SecretHash.parse(value.get_secret_value())
    return value


class ClientSettings(_Table):
    """A calling application; the table's key is its `client_id`."""

    connections: Names = ()
    """The connections it may use; none unless listed."""
    grant_types: Names = (EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT, REFRESH_TOKEN_GRANT, CLIENT_CREDENTIALS_GRANT)
    """Without `refresh_token`, scope `offline_access` is not granted; `client_credentials` needs authentication."""
    secret_hash: Annotated[SecretStr, AfterValidator(_is_secret_hash)] | None = None
    """Makes the client confidential: it must authenticate with its secret. `accredit clients` makes one."""
    jwks: dict[str, Any] | None = None
    """Makes the client confidential: it must authenticate with `private_key_jwt`, by one of these public keys."""
    jwks_path: str | None = None
    """The same, in a file, which is read at start-up."""
    rotate_refresh_tokens: bool = True
    """Replace a refresh token whenever it is used. Off, it stays good until it expires, in whosever hands it is."""
    leeway_s: int | None = Field(default=None, ge=0, le=_LONGEST_LEEWAY_S)
    """Overrides `tokens.leeway_s` for this client."""
    audiences: Names = ()
    """APIs it may ask access tokens for with `audience`."""
    scopes: Names = ()
    """Scopes it may be granted beside the standard ones of OIDC."""
    allowed_origins: Names = ()
    """Browser origins that may read answers (CORS), such as `https://app.example.com`."""
    authorization: Authorization | None = None
    """Overrides the top-level `authorization` for this client."""

    @property
    def auth_method(self) -> AuthMethod:
        """How it must authenticate where it can: by secret (Basic or in the body), by signed JWT, or not at all."""
        if self.secret_hash is not None:
            return "client_secret"
        return "none" if self.jwks is None and self.jwks_path is None else "private_key_jwt"

    @model_validator(mode="after")
    def _has_one_way_to_authenticate(self) -> Self:
        if sum(one is not None for one in (self.secret_hash, self.jwks, self.jwks_path)) > 1:
            raise ValueError("only one of secret_hash, jwks and jwks_path can be set")
        return self


class TokenSettings(_Table):
    """Lifetimes in seconds, and how our tokens are signed."""

    access_ttl_s: int = Field(default=86_400, gt=0, le=_CENTURY_S)
    id_ttl_s: int = Field(default=36_000, gt=0, le=_CENTURY_S)
    refresh_ttl_s: int = Field(default=2_592_000, gt=0, le=_CENTURY_S)
    leeway_s: int = Field(default=0, ge=0, le=_LONGEST_LEEWAY_S)
    """For so long a replaced refresh token works again, because its answer may have been lost."""
    signing_alg: Literal["RS256", "ES256", "EdDSA"] = "RS256"


class KeySettings(_Table):
    """Where the private signing keys live: one JWKS file, mode 0600, made on first start."""

    path: str = "accredit-keys.json"
    encryption_key: Annotated[SecretStr, AfterValidator(_encryption_key)] | None = None
    """32 bytes in base64, to encrypt the file with; several are separated by commas, of which the first encrypts."""
    check_interval_s: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    """How often a running server looks whether the file has changed."""

    @property
    def encryption_keys(self) -> tuple[bytes, ...]:
        """The keys themselves."""
        return () if self.encryption_key is None else _decoded_keys(self.encryption_key)


class StorageSettings(_Table):
    """Where refresh tokens are kept, as hashes."""

    url: str = Field(default="sqlite:///accredit.db", pattern=r"^(sqlite:///[^:].*|memory://)$")


SubjectPolicy = Literal["stateless", "create", "link-only", "existing-only"]


class SubjectSettings(_Table):
    """Whom an identity logs in that no plugin has named a subject for."""

    policy: SubjectPolicy = "stateless"
    """For an identity that is not stored: be `<strategy>|<user id>`, without (`stateless`) or with (`create`) a row;
    or be refused, unless the user links it (`link-only`), or in any case (`existing-only`)."""


class LimitSettings(_Table):
    """Bounds on what one request may cost."""

    max_body_bytes: int = Field(default=65_536, gt=0)
    body_timeout_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    provider_timeout_s: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """For one call to a provider."""
    exchange_timeout_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """For all calls of one exchange together."""
    provider_max_connections: int = Field(default=100, gt=0)
    max_response_bytes: int = Field(default=262_144, gt=0)


class CompatibilitySettings(_Table):
    """Switches for clients that lean on habits of the original service."""

    auth0_profile_fallbacks: bool = False
    """Generate `nickname` (local part of the address) and `picture` (Gravatar) where the provider has none."""
    error_message: bool = False
    """Repeat `error_description` as `message`, the only field that node-auth0 reads."""


class Settings(_Table):
    """Everything an operator can say. `load_settings` reads it from a file and the environment."""

    issuer: HttpsUrl
    """Becomes `iss`, letter for letter; a trailing slash is kept."""
    connections: dict[str, dict[str, Any]] = Field(default_factory=dict)
    clients: dict[str, ClientSettings] = Field(default_factory=dict)
    authorization: Authorization = "ignore"
    """Whether callers must send a live access token of ours in `Authorization: Bearer`."""
    tokens: TokenSettings = TokenSettings()
    keys: KeySettings = KeySettings()
    storage: StorageSettings = StorageSettings()
    subjects: SubjectSettings = SubjectSettings()
    limits: LimitSettings = LimitSettings()
    compatibility: CompatibilitySettings = CompatibilitySettings()
