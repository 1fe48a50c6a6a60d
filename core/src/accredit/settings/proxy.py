"""Which proxy calls to providers go through."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

DIRECT = "direct"
ENVIRONMENT = "environment"


def is_proxy_url(value: str) -> bool:
    """Tell whether it is `http://host:port` or `https://…`, with `user:password@` or without, and nothing after it."""
    try:
        parts = urlsplit(value)
        is_whole = parts.port is not None and bool(parts.hostname) and value.isprintable() and " " not in value
    except ValueError:  # its own text quotes the value
        return False
    rest = (parts.path.removeprefix("/"), parts.query, parts.fragment)
    return is_whole and parts.scheme in ("http", "https") and not any(rest)


def _proxy(value: SecretStr) -> SecretStr:
    if value.get_secret_value() not in (DIRECT, ENVIRONMENT) and not is_proxy_url(value.get_secret_value()):
        raise ValueError("must be direct, environment, or a URL such as http://user:password@proxy.example:3128")
    return value


Proxy = Annotated[SecretStr, AfterValidator(_proxy)]
"""`direct`, `environment` (`HTTPS_PROXY` and `NO_PROXY` decide), or the URL of an HTTP proxy."""
