"""The parameters of a request: JSON or form to plain strings, strict about shape, the same for every endpoint."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from pydantic import SecretStr

from accredit.errors import MalformedBody, MissingParameter, WrongMediaType
from accredit.parameters import checked_text

_MOST_FIELDS = 100


def read_fields(body: bytes, content_type: str) -> tuple[Mapping[str, Any], bool]:
    """Return what a body holds, and whether a form called itself JSON; an empty body is no form.

    A body that calls itself JSON but is a form is read as one: the original documentation's own JavaScript sample
    sends that.

    Raises:
        WrongMediaType: it does not even say that it is one of the two.
        MalformedBody: neither a JSON object nor a form; a parameter twice.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    is_form = media_type == "application/x-www-form-urlencoded"
    if not is_form and media_type not in {"", "application/json"} and not media_type.endswith("+json"):
        raise WrongMediaType
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained, here and below: the cause quotes the body.
        raise MalformedBody("body is not UTF-8") from None
    if is_form:
        return _form(text), False
    try:
        value = _decode(text)
    except RecursionError:
        raise MalformedBody("body nests too deeply") from None
    except ValueError:
        return _form(text, otherwise="body is neither JSON nor a form"), bool(text)
    if not isinstance(value, dict):
        raise MalformedBody("body is not a JSON object")
    return value, False


def known_fields(fields: Mapping[str, Any], longest: Mapping[str, int]) -> dict[str, str]:
    """Return the parameters that `longest` names, each with the most characters it may have.

    An empty one counts as not sent (RFC 6749 section 3.1); others are ignored.

    Raises:
        InvalidParameter: one is no string, too long, or holds a control character.
    """
    known = {}
    for name, value in fields.items():
        if name in longest and value is not None and value != "":
            known[name] = checked_text(name, value, longest[name])
    return known


def required(fields: Mapping[str, str], name: str) -> str:
    """Return one parameter.

    Raises:
        MissingParameter: it was not sent.
    """
    if name not in fields:
        raise MissingParameter(name)
    return fields[name]


def scopes_of(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes asked for, each once, in that order."""
    return tuple(dict.fromkeys(fields.get("scope", "").split()))


def bearer_of(authorization: str) -> SecretStr | None:
    """Return the token of an `Authorization: Bearer` header."""
    scheme, _, token = authorization.partition(" ")
    return SecretStr(token.strip()) if scheme.lower() == "bearer" and token.strip() else None


def _form(text: str, *, otherwise: str = "body is no form") -> dict[str, Any]:
    """Return what a form holds. Source: URL Standard, section "application/x-www-form-urlencoded parsing"."""
    parts = text.split("&", _MOST_FIELDS) if text else []
    if len(parts) > _MOST_FIELDS:
        raise MalformedBody(otherwise)
    pairs = [part.split("=", 1) for part in parts]
    try:
        if "%" in text or "+" in text:
            pairs = [[unquote_plus(one, errors="strict") for one in pair] for pair in pairs]
        return _unique(pairs)
    except ValueError:  # it is no UTF-8, or there is no "=" in a part, which makes no pair
        raise MalformedBody(otherwise) from None


def _unique(pairs: Sequence[Any]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedBody("a parameter stands there twice")
    return fields


_decode = json.JSONDecoder(object_pairs_hook=_unique).decode
