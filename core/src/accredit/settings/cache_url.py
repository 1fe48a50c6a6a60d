"""Where shared state is kept: what `cache.url` may say, read without the library that goes there."""

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, SecretStr

MEMORY = "memory://"
_SCHEME = re.compile(r"(redis|rediss|valkey|valkeys)(?:\+(sentinel|cluster))?")
_SERVICE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_SENTINEL_USER = ("sentinel_username", "sentinel_password")
_PORTS = {"single": 6379, "cluster": 6379, "sentinel": 26379}
_FORMS = "memory://, redis://, rediss://, valkey://, valkeys:// or unix://, or redis+sentinel:// or redis+cluster://"

Kind = Literal["single", "socket", "sentinel", "cluster"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheUrl:
    """One URL, read. Files and credentials are empty where it names none."""

    kind: Kind
    nodes: tuple[tuple[str, int], ...] = ()
    """Hosts with their ports: Sentinels, a cluster's nodes to begin with, or the one server."""
    socket: str = ""
    service: str = ""
    """The name under which Sentinels know the primary."""
    database: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    sentinel_username: str = ""
    sentinel_password: str = field(default="", repr=False)
    is_tls: bool = False
    ssl_ca_certs: str = ""
    ssl_certfile: str = ""
    ssl_keyfile: str = ""

    @property
    def place(self) -> str:
        """Say where that is, without user and password."""
        if self.kind == "socket":
            return self.socket
        return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.nodes)


def read_cache_url(url: str) -> CacheUrl | None:
    """Return what `cache.url` says, None for `memory://`.

    Raises:
        ValueError: it has another form; the message says which, and quotes nothing of it.
    """
    if url == MEMORY:
        return None
    if any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError("must not hold blanks or control characters: write %20 for a blank in a password")
    try:
        parts = urlsplit(url)
    except ValueError:  # its own text quotes the value
        raise ValueError(f"must begin with {_FORMS}") from None
    who, _, places = parts.netloc.rpartition("@")
    username, _, password = who.partition(":")
    credentials = {"username": unquote(username), "password": unquote(password)}
    if parts.fragment or "#" in url:
        raise ValueError("must not have a fragment: write %23 for # in a password")
    if username and not password:
        raise ValueError("has a user without a password")
    if parts.scheme == "unix":
        return _socket(parts.path, places, parts.query, credentials)
    scheme = _SCHEME.fullmatch(parts.scheme)
    if scheme is None or f"{parts.scheme}://" != url[: len(parts.scheme) + 3]:
        raise ValueError(f"must begin with {_FORMS}")
    kind: Kind = "single" if scheme[2] is None else "sentinel" if scheme[2] == "sentinel" else "cluster"
    is_tls = scheme[1].endswith("s") and scheme[1] != "redis"
    allowed = (*(_FILES if is_tls else ()), *(_SENTINEL_USER if kind == "sentinel" else ()))
    service, database = _path(parts.path, kind)
    read = CacheUrl(kind=kind, nodes=_nodes(places, kind), service=service, database=database, is_tls=is_tls)
    texts: dict[str, Any] = {**credentials, **_parameters(parts.query, allowed)}
    return replace(read, **texts)


def _socket(path: str, host: str, query: str, credentials: dict[str, str]) -> CacheUrl:
    if host or not PurePosixPath(path).name:
        raise ValueError("must be unix:///path/of/the.sock, with a user before the path if there is one")
    parameters = _parameters(query, ("db",))
    read = CacheUrl(kind="socket", socket=unquote(path), database=_number(parameters.get("db", "")))
    texts: dict[str, Any] = dict(credentials)
    return replace(read, **texts)


def _nodes(places: str, kind: Kind) -> tuple[tuple[str, int], ...]:
    nodes = []
    for place in places.split(","):
        try:
            parts = urlsplit(f"//{place}")
            host, port = parts.hostname, parts.port
        except ValueError:  # as above
            host, port = None, None
        if not host or port == 0:
            raise ValueError("must name a host, or a host and a port")
        nodes.append((host, port or _PORTS[kind]))
    if kind == "single" and len(nodes) > 1:
        raise ValueError("names several hosts: that is redis+sentinel:// or redis+cluster://")
    return tuple(nodes)


def _path(path: str, kind: Kind) -> tuple[str, int]:
    """Return the service that it names, and the database."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    if kind == "sentinel":
        if not parts or not _SERVICE.fullmatch(parts[0]) or len(parts) > 2:
            raise ValueError("must name the service that the Sentinels watch: redis+sentinel://host:26379/service")
        return parts[0], _number("".join(parts[1:]))
    if len(parts) > (0 if kind == "cluster" else 1):
        raise ValueError("must end after its hosts" if kind == "cluster" else "must end after the database's number")
    return "", _number("".join(parts))


def _number(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise ValueError("must give the database as a number (in a password write %2F for /)")
    return int(text)


def _parameters(query: str, allowed: tuple[str, ...]) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:  # as above
        pairs = [("", "")]
    known = f"these parameters may follow: {', '.join(allowed)}" if allowed else "no parameters may follow"
    parameters = dict(pairs)
    if any(name not in allowed or not value for name, value in pairs) or len(parameters) < len(pairs):
        raise ValueError(f"has a parameter that it must not have: {known}")
    return parameters


def _checked(value: SecretStr) -> SecretStr:
    read_cache_url(value.get_secret_value())
    return value


SecretCacheUrl = Annotated[SecretStr, AfterValidator(_checked)]
"""Secret, because it may hold a password."""
