"""Read the token endpoint's answers: refusals become errors of `accredit.errors`, success an ID token."""

from accredit.errors import MissingPermission, ProviderUnavailable
from accredit.refusals import refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit_microsoft.refusals import TOKEN_ERRORS, token_code


def read_id_token(response: ProviderResponse, *, now: float) -> str:
    """Return the ID token that a code was exchanged for; `now` is in epoch seconds.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response

    Raises:
        ExchangeError: Microsoft refuses; the class says whose fault it is.
        MissingPermission: there is none, since the app has not asked for the scope `openid`.
        ProviderUnavailable: the answer is not understood, or the token has no time left.
    """
    body = response.object_or_empty()
    if response.status != 200 or "error" in body:
        wait_s = retry_after_s(response, now=now)
        raise refusal(TOKEN_ERRORS, token_code(body), call="token", response=response, retry_after_s=wait_s)
    if not isinstance(body.get("access_token"), str):
        raise ProviderUnavailable("token: access_token is missing or no string")
    lasts_s = body.get("expires_in", 1)
    if type(lasts_s) is not int or lasts_s <= 0:  # not isinstance: True is an int
        raise ProviderUnavailable("token: expires_in is no time")
    if "id_token" not in body:
        raise MissingPermission("token: no id_token, since the scope openid was not asked for")
    token = body["id_token"]
    if not isinstance(token, str) or not token:
        raise ProviderUnavailable("token: id_token is no string")
    return token
