"""Bytes to `ExchangeRequest`: JSON or form, strict about shape, before any network or database work."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import SecretStr

from accredit.errors import InvalidParameter, MalformedBody, MissingParameter
from accredit.models import ExchangeRequest, ProviderToken

_LONGEST = {
    "client_id": 256,
    "connection": 256,
    "access_token": 16_384,
    "access_token_secret": 1024,
    "scope": 4096,
    "user_id": 256,
    "nonce": 1024,
    "device": 1024,
    "audience": 1024,
    "main_access_token": 16_384,
    "state": 4096,
}
_MOST_FIELDS = 100
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""


def parse(body: bytes, *, content_type: str = "", authorization: str = "") -> ExchangeRequest:
    """Read one request.

    A body that calls itself JSON but is a form is read as one: the original documentation's own JavaScript sample
    sends that. Unknown parameters are ignored.

    Raises:
        MalformedBody: neither a JSON object nor a form; a parameter twice.
        InvalidParameter: a known parameter is no string, too long, or holds a control character.
        MissingParameter: `client_id`, `access_token` or `connection` is missing or empty.
    """
    given, form_as_json = _fields(body, content_type.partition(";")[0].strip().lower())
    fields = _known(given)
    for required in ("client_id", "access_token", "connection"):
        if required not in fields:
            raise MissingParameter(required)
    main_access_token = fields.get("main_access_token")
    return ExchangeRequest(
        client_id=fields["client_id"],
        connection=fields["connection"],
        token=ProviderToken.of(
            fields["access_token"], secret=fields.get("access_token_secret"), nonce=fields.get("nonce")
        ),
        scopes=tuple(dict.fromkeys(fields.get("scope", "").split())),
        user_id_hint=fields.get("user_id"),
        audience=fields.get("audience"),
        device=fields.get("device"),
        state=fields.get("state"),
        main_access_token=None if main_access_token is None else SecretStr(main_access_token),
        bearer=_bearer(authorization),
        form_as_json=form_as_json,
    )


def _fields(body: bytes, media_type: str) -> tuple[Mapping[str, Any], bool]:
    """Return the parameters, and whether a form called itself JSON."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained, here and below: the cause quotes the body.
        raise MalformedBody("body is not UTF-8") from None
    if media_type == "application/x-www-form-urlencoded":
        return _form(text), False
    if media_type not in {"", "application/json"} and not media_type.endswith("+json"):
        raise MalformedBody("media type is neither JSON nor a form")
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise MalformedBody("body nests too deeply") from None
    except ValueError:
        return _form(text), True
    if not isinstance(value, dict):
        raise MalformedBody("body is not a JSON object")
    return value, False


def _form(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise MalformedBody("body is no form") from None
    return _unique(pairs)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedBody("a parameter stands there twice")
    return fields


def _known(fields: Mapping[str, Any]) -> dict[str, str]:
    known = {}
    for name, longest in _LONGEST.items():
        value = fields.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str) or len(value) > longest or _NO_TEXT.search(value):
            raise InvalidParameter(name)
        known[name] = value
    return known


def _bearer(authorization: str) -> SecretStr | None:
    scheme, _, token = authorization.partition(" ")
    return SecretStr(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
