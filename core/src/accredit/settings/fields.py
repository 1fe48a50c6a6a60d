"""Kinds of values that settings hold, for core and plugins alike."""

import ipaddress
import re
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from accredit.settings.text import (
    check_digits,
    check_domain,
    check_no_colon,
    check_setting_secret,
    check_setting_text,
    check_visible,
)

T = TypeVar("T")

_PLAIN = re.compile(r"[^\s\x00-\x1f?#\\]+")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_https_url(value: str) -> str:
    """Return a plain URL of https, or of http on loopback.

    Raises:
        ValueError: it is none.
    """
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
    if isinstance(value, str) and value.strip().startswith("["):  # else `["a"` would be the first entry
        raise ValueError("is written in brackets: separate the entries by commas, and nothing else")
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    first: dict[T, int] = {}
    for number, value in enumerate(values, 1):
        if value in first:  # the entry itself is not quoted: a list of a plugin may hold secrets
            raise ValueError(f"holds the same entry twice: numbers {first[value]} and {number}")
        first[value] = number
    return values


HttpsUrl = Annotated[str, AfterValidator(check_https_url)]
"""An https URL without credentials, query or fragment; http only on loopback."""
BaseUrl = Annotated[str, AfterValidator(check_https_url), AfterValidator(lambda url: url.rstrip("/"))]
"""The same, to append paths to: no trailing slash."""
FilePath = Annotated[str, Field(min_length=1)]
"""A file's path; a relative one begins at the settings file."""
WireName = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(check_setting_text)]
"""A name that requests give, of a client or a connection: 1 to 256 characters."""
AppId = Annotated[str, AfterValidator(check_visible)]
"""An app's id at a provider: visible ASCII characters, at least one."""
BasicId = Annotated[str, AfterValidator(check_visible), AfterValidator(check_no_colon)]
"""An app's id that goes into `basic=`: the same without a colon, which would end it there."""
AppNumber = Annotated[str, AfterValidator(check_digits)]
"""An app's id at a provider that numbers its apps: text of ASCII digits."""
AppSecret = Annotated[SecretStr, AfterValidator(check_setting_secret)]
"""An app's secret at a provider: visible ASCII characters, at least one; shown nowhere."""
Domain = Annotated[str, AfterValidator(check_domain)]
"""A domain of addresses or accounts, such as `example.com`: small letters, compared exactly."""
RedirectUri = Annotated[str, Field(min_length=1, max_length=2048), AfterValidator(check_visible)]
"""A redirect URI as it stands at a provider: visible ASCII characters, whatever its scheme is, compared exactly."""
ListOf = Annotated[tuple[T, ...], BeforeValidator(_comma_separated), AfterValidator(_each_once)]
"""A list whose entries differ, such as `ListOf[AppId]`; in an environment variable separated by commas."""
Names = ListOf[Annotated[str, Field(min_length=1), AfterValidator(check_setting_text)]]
"""A list of exact strings; in an environment variable separated by commas."""

LONGEST_LEEWAY_S = 3600
"""The longest leeway that can be set, in seconds."""
