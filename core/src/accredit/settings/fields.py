"""Kinds of values that settings hold, for core and plugins alike."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

_PLAIN = re.compile(r"[^\s\x00-\x1f?#\\]+")


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


HttpsUrl = Annotated[str, AfterValidator(_https_url)]
"""An https URL without credentials, query or fragment; http only on loopback."""
BaseUrl = Annotated[str, AfterValidator(_https_url), AfterValidator(lambda url: url.rstrip("/"))]
"""The same, to append paths to: no trailing slash."""
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_comma_separated)]
"""A list of exact strings; in an environment variable separated by commas."""

LONGEST_LEEWAY_S = 3600
"""The longest leeway that can be set, in seconds."""
