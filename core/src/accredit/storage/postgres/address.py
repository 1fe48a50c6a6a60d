"""`storage.url` as PostgreSQL's own tools take it, read without quoting what may be a password."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from accredit.errors import ConfigurationError

_DEFAULT_PORT = 5432
_SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
_FORM = "use postgresql://USER@HOST[:PORT][,HOST…]/DATABASE, or postgresql://USER@/DATABASE?host=/socket/folder"


@dataclass(frozen=True)
class Address:
    """Where the servers are. An empty `hosts` leaves it to `PGHOST` and to the driver's own default."""

    url: str = field(repr=False)
    """For the driver; it may hold a password."""
    hosts: tuple[tuple[str, int | None], ...]
    """Names, addresses or socket folders, each with its port, None for the default."""
    parameters: frozenset[str]
    """The names of what follows the question mark."""

    @property
    def place(self) -> str:
        """Say where that is, without user and password."""
        return ",".join(host if port is None else f"{host}:{port}" for host, port in self.hosts) or "the default host"


def read(url: str) -> Address:
    """Read a URL `postgresql://…` or `postgres://…`.

    Raises:
        ConfigurationError: it is none. The message quotes nothing of it.
    """
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ConfigurationError(f"storage.url: cannot be read; {_FORM}") from None  # the cause quotes it
    if parts.scheme not in ("postgresql", "postgres") or parts.fragment:
        raise ConfigurationError(
            f"storage.url: cannot be read (a '#' or '/' in a password is written %23 or %2F); {_FORM}"
        )
    if query.get("sslmode", _SSL_MODES)[-1] not in _SSL_MODES:
        raise ConfigurationError(f"storage.url: sslmode must be one of {', '.join(_SSL_MODES)}")
    named = parts.netloc.rpartition("@")[2]
    hosts = named.split(",") if named else []
    ports: list[str] = []
    if "host" in query:
        hosts, ports = query["host"][-1].split(","), query.get("port", [""])[-1].split(",")
    found = tuple(_host(one) for one in hosts)
    if any(ports):
        numbers = ports * len(found) if len(ports) == 1 else ports
        if len(numbers) != len(found):
            raise ConfigurationError(
                "storage.url: there are more ports than hosts, or fewer; give one, or one for each"
            )
        found = tuple((host, _port(number)) for (host, _), number in zip(found, numbers, strict=True))
    return Address(url, found, frozenset(query))


def _host(text: str) -> tuple[str, int | None]:
    name, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or text.startswith("/"):
        name, port = text, ""
    name = unquote(name).removeprefix("[").removesuffix("]")
    if not name:
        raise ConfigurationError(f"storage.url: a host has no name; {_FORM}")
    return name, _port(port) if port else None


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    if not text:
        return _DEFAULT_PORT
    raise ConfigurationError(
        "storage.url: a port is no number between 1 and 65535 (in a password write %2F for '/' and %40 for '@')"
    )
