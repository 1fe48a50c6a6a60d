"""May the caller call: the `Authorization: Bearer` policy. Source: RFC 6750 section 2.1."""

from collections.abc import Callable

from pydantic import SecretStr

from accredit.errors import InvalidBearer, InvalidToken
from accredit.exchange.standing import Standing
from accredit.settings import Authorization
from accredit.tokens.read import AccessToken

EXCHANGE_SCOPE = "exchange"
"""The scope that an access token of ours needs to call the exchange where the policy is `required`."""


async def check_bearer(
    policy: Authorization,
    bearer: SecretStr | None,
    read: Callable[[str], AccessToken | None],
    standing: Standing,
    *,
    audience: str,
) -> None:
    """Accept anything under `ignore`; under `required` only our live access token with the exchange scope.

    `read` returns what an access token of ours says, None for any other or an expired one; `audience` is us.

    Raises:
        InvalidBearer: the header is missing, or its token will not do.
        PluginFailed: a plugin cannot tell whether its subject may still be here.
    """
    if policy == "ignore":
        return
    if bearer is None:
        raise InvalidBearer("no bearer token")
    token = read(bearer.get_secret_value())
    if token is None:
        raise InvalidBearer("not a live access token of ours")
    if token.audience != audience:
        raise InvalidBearer("the access token is for another API")
    if EXCHANGE_SCOPE not in token.scopes:
        raise InvalidBearer("the scope is missing")
    try:
        await standing.session_of(token)
    except InvalidToken as error:
        raise InvalidBearer(error.reason) from None
