"""What a request hands in to show who somebody is: the credential, and what a connection reads beside it."""

from collections.abc import Mapping
from typing import Any

from accredit.credentials import AuthorizationCode, Credential, IdToken, ProviderToken, SignedPayload
from accredit.errors import InvalidParameter, MissingParameter
from accredit.oauth.wire.fields import known_fields
from accredit.plugins import Connection

_BESIDE_A_CODE = ("code_verifier", "redirect_uri")


def extras_of(given: Mapping[str, Any], connection: Connection | None) -> dict[str, str]:
    """Return the parameters that only this connection reads; for any other they are unknown, and ignored.

    Raises:
        InvalidParameter: one is no string, too long, or holds a control character.
    """
    return {} if connection is None or not connection.reads else known_fields(given, connection.reads)


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
        extras=_others(extras),
    )


def id_token_of(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> IdToken:
    """Return an ID token that was said to be one."""
    return IdToken.of(value, nonce=fields.get("nonce"), extras=_others(extras))


def payload_of(value: str, fields: Mapping[str, str], extras: Mapping[str, str]) -> SignedPayload:
    """Return a signed payload that was said to be one."""
    return SignedPayload.of(value, nonce=fields.get("nonce"), extras=_others(extras))


def _others(extras: Mapping[str, str]) -> dict[str, str] | None:
    return {name: text for name, text in extras.items() if name not in ("code", *_BESIDE_A_CODE)} or None
