"""May the caller call: the `Authorization: Bearer` policy. Source: RFC 6750 section 2.1."""

from pydantic import SecretStr

from accredit.errors import InvalidBearer, InvalidToken
from accredit.exchange.presented import Presented

EXCHANGE_SCOPE = "exchange"
"""The scope that an access token of ours needs to call the exchange where the policy is `required`."""


async def check_bearer(bearer: SecretStr | None, presented: Presented, *, audience: str) -> None:
    """Accept nothing but our live access token with the exchange scope. `audience` is us.

    Raises:
        InvalidBearer: the header is missing, or its token will not do.
        PluginFailed: a plugin cannot tell whether its subject may still be here.
    """
    if bearer is None:
        raise InvalidBearer("no bearer token")
    token = presented.access_token(bearer.get_secret_value())
    if token is None:
        raise InvalidBearer("not a live access token of ours")
    if token.audience != audience:
        raise InvalidBearer("the access token is for another API")
    if EXCHANGE_SCOPE not in token.scopes:
        raise InvalidBearer("the scope is missing")
    try:
        await presented.session_of(token)
    except InvalidToken as error:
        raise InvalidBearer(error.reason) from None
