"""Read what comes from Apple, and the `user` that a client passes on: refusals become errors of `accredit.errors`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from accredit.errors import ExchangeError, InvalidParameter, ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse
from accredit_apple.refusals import REVOKE_ERRORS, TOKEN_ERRORS, error_code


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code was exchanged for."""

    id_token: str = field(repr=False)
    refresh_token: RevocableToken | None


def read_exchange(response: ProviderResponse, *, client_id: str, now: float) -> Exchanged:
    """Read an answer of `/auth/token` for a code of `client_id`; `now` is in epoch seconds.

    The access token in it opens nothing. Source:
    https://developer.apple.com/documentation/signinwithapplerestapi/tokenresponse

    Raises:
        ExchangeError: Apple refuses; the class says whose fault it is.
        ProviderUnavailable: a field is missing or of a wrong type.
    """
    body = response.object_or_empty()
    if response.status != 200 or "error" in body:
        raise _refused("token", response, body, TOKEN_ERRORS, now=now)
    id_token = body.get("id_token")
    if not isinstance(id_token, str) or not id_token:
        raise ProviderUnavailable("token: id_token is missing or no string")
    lasts_s = body.get("expires_in")
    if type(lasts_s) is not int or lasts_s <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("token: expires_in is missing or no time")
    return Exchanged(id_token, _revocable(body.get("refresh_token"), client_id))


def read_revocation(response: ProviderResponse, *, now: float) -> None:
    """Return where Apple has revoked a token: 200 and nothing else. `now` is in epoch seconds.

    Source: https://developer.apple.com/documentation/signinwithapplerestapi/revoke-tokens

    Raises:
        ExchangeError: Apple refuses; the class says whose fault it is.
        ProviderUnavailable: the answer is not understood.
    """
    if response.status != 200 or response.body.strip():
        raise _refused("revoke", response, response.object_or_empty(), REVOKE_ERRORS, now=now)


def read_user(stated: str | None) -> dict[str, Any]:
    """Return the `name` of the JSON that Apple posts to a web page once, and that no signature covers.

    Source: https://developer.apple.com/documentation/signinwithapple/incorporating-sign-in-with-apple-into-other-platforms

    Raises:
        InvalidParameter: it is no JSON object.
    """
    if stated is None:
        return {}
    try:
        user = json.loads(stated)
    except (ValueError, RecursionError):
        raise InvalidParameter("user") from None
    if not isinstance(user, dict):
        raise InvalidParameter("user")
    name = user.get("name")
    if not isinstance(name, dict):
        return {}
    return {field: name[field] for field in ("firstName", "lastName") if isinstance(name.get(field), str)}


def _revocable(value: object, client_id: str) -> RevocableToken | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProviderUnavailable("token: refresh_token is no string")
    try:
        return RevocableToken(value=SecretStr(value), kind="refresh_token", client_id=client_id)
    except ValueError:
        raise ProviderUnavailable("token: refresh_token is no token") from None


def _refused(
    call: str, response: ProviderResponse, body: Mapping[str, Any], errors: Mapping[str, Line], *, now: float
) -> ExchangeError:
    code, wait_s = error_code(response.status, body), retry_after_s(response, now=now)
    return refusal(errors, code, call=call, response=response, retry_after_s=wait_s)
