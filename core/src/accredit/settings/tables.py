"""The tables that are there once: tokens, keys, storage, subjects, limits, cache, and those of operators."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from accredit.settings.cache_url import MEMORY, CacheUrl, SecretCacheUrl, read_cache_url
from accredit.settings.encryption_key import MAKE_A_KEY, SecretEncryptionKey, decoded_keys
from accredit.settings.fields import LONGEST_LEEWAY_S, FilePath, check_https_url
from accredit.settings.rates import RateSettings
from accredit.settings.table import Table

_SQLITE = "sqlite:///"
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*")
_PATH = re.compile(r"/[!\"$->@-~]*")
_CENTURY_S = 3_153_600_000


class TokenSettings(Table):
    """Lifetimes in seconds, and how our tokens are signed."""

    access_ttl_s: int = Field(default=86_400, gt=0, le=_CENTURY_S)
    id_ttl_s: int = Field(default=36_000, gt=0, le=_CENTURY_S)
    refresh_ttl_s: int = Field(default=2_592_000, gt=0, le=_CENTURY_S)
    refresh_idle_ttl_s: int | None = Field(default=None, gt=0, le=_CENTURY_S)
    """A refresh token that is not used for so long ends earlier; without rotation, so long after the login."""
    leeway_s: int = Field(default=30, ge=0, le=LONGEST_LEEWAY_S)
    """For so long a replaced refresh token works again, five times at most, because its answer may have been lost."""
    sessions: Literal["all", "offline_access"] = "all"
    """Which logins leave a session behind, which can be listed and ended: all, or those with that scope."""
    signing_alg: Literal["RS256", "ES256", "EdDSA"] = "RS256"

    def refresh_token_ends_at(self, session_expires_at: int, issued_at: int) -> int:
        """Return when a refresh token ends: with its session, or because nobody has used it. All in epoch seconds."""
        if self.refresh_idle_ttl_s is None:
            return session_expires_at
        return min(session_expires_at, issued_at + self.refresh_idle_ttl_s)


def _url_or_path(value: str) -> str:
    return check_https_url(value) if "://" in value else value


class KeySettings(Table):
    """Where the signing keys live, which are made on first start."""

    place: Literal["file", "storage", "published"] = "file"
    """`file`: the private keys are in one file, `path`. `storage`: in the database, encrypted, for nodes that share no
    disk. `published`: this node has the public halves alone, of `published`; it verifies, and issues nothing."""
    path: FilePath = "accredit-keys.json"
    """One JWKS file, mode 0600. Relative paths begin at the settings file."""
    published: Annotated[FilePath, AfterValidator(_url_or_path)] | None = None
    """For `place = "published"`: the URL where other nodes publish their keys, `…/.well-known/jwks.json`, or a file."""
    encryption_key: SecretEncryptionKey | None = None
    """32 bytes in base64, to encrypt the private keys with: needed in the database, possible in a file. Several are
    separated by commas, of which the first encrypts."""
    check_interval_s: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    """How often a running server looks whether the keys have changed."""

    @model_validator(mode="after")
    def _has_what_its_place_needs(self) -> Self:
        if self.place == "storage" and self.encryption_key is None:
            raise ValueError(
                'place = "storage" needs keys.encryption_key: '
                f"set ACCREDIT_KEYS__ENCRYPTION_KEY, the same on each node; {MAKE_A_KEY}"
            )
        if (self.place == "published") != (self.published is not None):
            raise ValueError('place = "published" and keys.published belong together: set both, or neither')
        return self

    @property
    def encryption_keys(self) -> tuple[bytes, ...]:
        """The keys themselves."""
        return () if self.encryption_key is None else decoded_keys(self.encryption_key)


def _storage_url(value: str) -> str:
    """Look at the form alone: which other schemes there are is known where storages are made."""
    scheme, _, rest = value.partition("://")
    path = rest.removeprefix("/")
    if scheme == "sqlite":
        is_good = path not in {"", rest} and not path.startswith(":") and "?" not in path
    else:
        is_good = value == "memory://" or (scheme != "memory" and _URL.fullmatch(value) is not None)
    if not is_good:
        raise ValueError(
            "must be sqlite:///PATH, without parameters, or postgresql://USER@HOST/DATABASE, or memory://, or a URL "
            "for a storage that is installed"
        )
    return value


class StorageSettings(Table):
    """Where sessions and refresh tokens are kept, these as hashes."""

    url: Annotated[str, AfterValidator(_storage_url), Field(repr=False)] = "sqlite:///accredit.db"
    """`sqlite:///PATH`, `postgresql://USER@HOST/DATABASE`, `memory://`, or what another installed storage takes.
    Relative paths begin at the settings file; four slashes begin an absolute one."""
    max_connections: int | None = Field(default=None, ge=3)
    """Of one process to a PostgreSQL server, at most; 10 where it is not set. Refused where there are none."""

    @property
    def path(self) -> Path | None:
        """The database's file, None where there is none."""
        return Path(self.url.removeprefix(_SQLITE)) if self.url.startswith(_SQLITE) else None

    @property
    def place(self) -> str:
        """The URL as it may be told: another storage's may hold a password, and ends after its scheme."""
        return self.url if self.path or self.url == "memory://" else f"{self.url.partition('://')[0]}://…"


SubjectPolicy = Literal["stateless", "create", "link-only", "existing-only"]


class SubjectSettings(Table):
    """Whom an identity logs in that no plugin has named a subject for."""

    policy: SubjectPolicy = "stateless"
    """For an identity that is not stored: be `<namespace>|<user id>`, without (`stateless`) or with (`create`) a row;
    or be refused, unless the user links it (`link-only`), or in any case (`existing-only`)."""


class LimitSettings(RateSettings):
    """Bounds on what one request may cost, and on how many there are."""

    max_body_bytes: int = Field(default=65_536, gt=0)
    """Of the body of one request; a larger one is refused with 400."""
    body_timeout_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Until the body of a request is there; one that is later is refused with 400."""
    provider_timeout_s: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """For one call to a provider."""
    exchange_timeout_s: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    """For an exchange or a refresh as a whole: provider, hooks and storage. A write that has begun is waited for."""
    max_exchanges: int = Field(default=2000, gt=0)
    """Logins at once, and as many refreshes; whoever comes then gets 503. A quarter is kept in equal parts for the
    connections, so that one whose provider hangs leaves the others theirs."""
    provider_retries: int = Field(default=2, ge=0, le=5)
    """So many times a call that changes nothing at the provider is made again after a failure that may pass, within
    what is left of the exchange's time. 0: none is."""
    breaker_outages: int = Field(default=5, ge=0)
    """After so many outages in a row a connection's provider is asked by one login at a time, after a rest of 1 to 30
    s, and the others get 503 at once. 0: it always is."""
    provider_max_connections: int = Field(default=100, gt=0)
    """At once, to each origin; who finds none free waits. A provider that hangs takes none of another's."""
    max_response_bytes: int = Field(default=262_144, gt=0)
    """Of one answer of a provider, as it comes and unpacked."""


class CacheSettings(Table):
    """Where what is needed for a short while is kept: what providers have said (`cache_s` of a connection), and limits.

    By default each process has its own. A Redis or Valkey shares it between all, and needs `accredit[redis]`.
    """

    url: SecretCacheUrl = SecretStr(MEMORY)
    """`memory://`; or `redis://user:password@host:6379/0`, `rediss://` with TLS, `unix:///path`,
    `redis+sentinel://host,host/service`, `redis+cluster://host,host`, and the same of Valkey."""
    encryption_key: SecretEncryptionKey | None = None
    """32 bytes in base64, the same on each node, needed where it is shared: what is in it is encrypted. Several are
    separated by commas, of which the first encrypts."""
    timeout_s: float = Field(default=0.05, gt=0, le=5, allow_inf_nan=False)
    """Until a shared one has answered; one that is slower counts as gone, until it answers again."""
    max_bytes: int = Field(default=8_388_608, gt=0)
    """About what all that is kept may take in the memory of one process. Who was kept first goes first. Whether
    anything is kept at all says `cache_s` of each connection."""

    @model_validator(mode="after")
    def _is_encrypted_where_it_is_shared(self) -> Self:
        if self.place is not None and self.encryption_key is None:
            raise ValueError(
                "encryption_key is missing, with which what nodes share is encrypted: "
                f"set ACCREDIT_CACHE__ENCRYPTION_KEY, the same on each node; {MAKE_A_KEY}"
            )
        return self

    @property
    def place(self) -> CacheUrl | None:
        """What the URL says; None where each process keeps its own."""
        return read_cache_url(self.url.get_secret_value())

    @property
    def encryption_keys(self) -> tuple[bytes, ...]:
        """The keys themselves."""
        return () if self.encryption_key is None else decoded_keys(self.encryption_key)


class CompatibilitySettings(Table):
    """Switches for clients that lean on habits of the original service."""

    auth0_profile_fallbacks: bool = False
    """Generate `nickname` (local part of the address) and `picture` (Gravatar) where the provider has none."""
    error_message: bool = False
    """Repeat `error_description` as `message`, the only field that node-auth0 reads."""


class ServerSettings(Table):
    """Bounds of `accredit serve` on what one connection may cost. Embedded in a host, its own server has others."""

    keep_alive_s: float = Field(default=75.0, gt=0, allow_inf_nan=False)
    """How long a connection may be idle: longer than a proxy in front keeps its connections, or it loses requests."""
    header_timeout_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """From the first byte of a request to the last one of its headers."""
    max_header_bytes: int = Field(default=65_536, ge=1024)
    """The first line of a request and its headers together."""
    max_headers: int = Field(default=100, ge=10)
    """Of one request."""
    max_connections: int = Field(default=2000, gt=0)
    """At once. The next one takes the place of the one that has been idle for longest."""


def _metrics_path(value: str) -> str:
    if _PATH.fullmatch(value) is None:
        raise ValueError("must begin with a slash and be ASCII, without blanks, ? and #")
    return value


class TracesSettings(Table):
    """Traces of `accredit serve`, for OpenTelemetry: everything else is said by its variables `OTEL_…`."""

    enabled: bool = False
    """Whether there are any. With them go times and outcomes; no token, and nobody who logs in."""


class MetricsSettings(Table):
    """Metrics of `accredit serve`, for Prometheus, on an address of their own: they tell how many log in, and when."""

    enabled: bool = False
    """Whether there are any."""
    host: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on; by default this machine only. Whoever can reach it can read everything."""
    port: int = Field(default=9464, ge=0, le=65535)
    """0 takes a free one."""
    path: Annotated[str, AfterValidator(_metrics_path)] = "/metrics"
    """Any other path gets 404."""


class AuditSettings(Table):
    """The audit table: events as rows of the storage, beside the log, for `accredit audit`."""

    table: bool = False
    """Whether events are written there. Written behind the answer: no login waits for its row, or fails for it."""
    retention_days: int = Field(default=90, ge=1, le=36_500)
    """Older rows are deleted, a few at a time."""
