"""What a request hands in to show who somebody is: the credential, and what a connection reads beside it."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from accredit.credentials import AuthorizationCode, Credential, IdToken, ProviderToken, SignedPayload
from accredit.errors import InvalidParameter, MissingParameter
from accredit.oauth.wire.fields import known_fields
from accredit.parameters import LONGEST, check_secret
from accredit.plugins import Connection

_BESIDE_A_CODE = ("code_verifier", "redirect_uri")


def extras_of(given: Mapping[str, Any], connection: Connection | None) -> dict[str, str]:
    """Return the parameters that only this connection reads; for any other they are unknown, and ignored.

    Where there is no such connection, or it is off, a code without a token is read, too: the request is to be refused
    for its connection, not for a token that it does not need.

    Raises:
        InvalidParameter: one is no string, too long, or holds a control character.
    """
    if connection is None:
        return {} if given.get("access_token") else known_fields(given, {"code": LONGEST["code"]})
    return known_fields(given, connection.reads) if connection.reads else {}


def handed_in(
    fields: Mapping[str, str], extras: Mapping[str, str], connection: Connection | None
) -> ProviderToken | Credential:
    """Return what stands in `access_token`, or in `code` where the connection accepts codes.

    Raises:
        InvalidParameter: both stand there, or one cannot be what it says.
        MissingParameter: none does.
    """
    if "code" in extras:
        if "access_token" in fields:
            raise InvalidParameter("code")
        return code_of(extras["code"], fields, extras)
    if "access_token" not in fields:
        only_codes = connection is not None and connection.strategy.accepts == {"code"}
        raise MissingParameter("code" if only_codes else "access_token")
    return untyped(fields["access_token"], fields, extras)


def untyped(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> ProviderToken:
    """Return a credential whose kind the connection's strategy will tell."""
    return ProviderToken.of(
        value, secret=fields.get("access_token_secret"), nonce=fields.get("nonce"), extras=extras or None
    )


def code_of(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> AuthorizationCode:
    """Return an authorization code, with what stands beside it."""
    return AuthorizationCode.of(
        value,
        code_verifier=extras.get("code_verifier"),
        redirect_uri=extras.get("redirect_uri"),
        nonce=fields.get("nonce"),
        extras=_others(fields, extras),
    )


def id_token_of(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> IdToken:
    """Return an ID token that was said to be one."""
    return IdToken.of(value, nonce=fields.get("nonce"), extras=_others(fields, extras))


def payload_of(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> SignedPayload:
    """Return a signed payload that was said to be one."""
    return SignedPayload.of(value, nonce=fields.get("nonce"), extras=_others(fields, extras))


def _others(fields: Mapping[str, str], extras: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the connection reads beside the credential; a token secret belongs to none of these, and is a text.

    Raises:
        InvalidParameter: the token secret could be none.
    """
    if (secret := fields.get("access_token_secret")) is not None:
        check_secret("access_token_secret", SecretStr(secret))
    return {name: text for name, text in extras.items() if name not in ("code", *_BESIDE_A_CODE)} or None
