"""Verify a Weibo access token: whose app it is of, then who the user is.

Weibo allows 100 calls per user and day; a login costs two, or three with an e-mail address.
"""

from typing import Any

from accredit.audience import AppBound
from accredit.credentials import Credential
from accredit.errors import ExchangeError, InvalidProviderToken, ProviderUnavailable
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifyContext, in_order
from accredit_weibo.answers import TokenInfo, read_email, read_object, read_token_info, read_user_id
from accredit_weibo.normalize import to_profile
from accredit_weibo.refusals import TOKEN_INFO_ERRORS
from accredit_weibo.settings import WeiboSettings

EMAIL_SCOPES = frozenset({"email", "all"})
"""Scopes that open the e-mail address. Source: https://open.weibo.com/wiki/Scope"""


class WeiboStrategy(Strategy[WeiboSettings]):
    """Weibo, by its OAuth 2.0 access token."""

    name = "weibo"
    settings_type = WeiboSettings
    accepts = frozenset({"access_token"})
    paths_name_nobody = True
    # Source: https://open.weibo.com/wiki/2/users/show (`uid`: one for each user, as in weibo.com/u/<uid>).
    user_id_scope = "global"

    def __init__(self, settings: WeiboSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences
        self._token_info_url = f"{settings.api_url}/oauth2/get_token_info"
        self._user_url = f"{settings.api_url}/2/users/show.json"
        self._email_url = f"{settings.api_url}/2/account/profile/email.json"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Ask `get_token_info`, then `users/show` and the e-mail address at once: two or three HTTPS requests.

        Raises:
            ProviderTokenRejected: Weibo refuses the token or its user.
            ProviderUnavailable: Weibo is down, limits us, or answers what is not understood.
            ServerError: Weibo refuses our app, or calls our request malformed.
        """
        # A parameter of blanks may count as missing, for which Weibo blames our call (code 21323): an alert.
        if not credential.reveal().strip():
            raise InvalidProviderToken("the token is blank")
        info = await self._token_info(credential, ctx)
        user: dict[str, Any] = {}
        email: str | None = None
        # Of another app's token only the proof goes back, for the engine to refuse. Asking on would spend that
        # user's quota, and Weibo's refusals of that app (not reviewed, not permitted) would read as faults of ours.
        if info.app_key in self._accepted:
            user, email = await in_order(self._user(credential, info, ctx), self._email(credential, info, ctx))
        return Verification(
            user_id=info.user_id,
            audience=AppBound(info.app_key),
            claims={"user": user, "email": email},
            expires_at=info.expires_at,
            scopes=info.scopes or frozenset(),
        )

    def normalize(self, verification: Verification) -> Profile:
        """Map the answers of `users/show` and `email.json` to OIDC claims."""
        claims = verification.claims
        return to_profile(verification.user_id, claims["user"], claims["email"])

    async def _token_info(self, token: Credential, ctx: VerifyContext) -> TokenInfo:
        now = int(ctx.clock())  # before the call: a slow answer must not lengthen the token's life
        response = await ctx.http.post(self._token_info_url, form={"access_token": token.reveal()}, reads_only=True)
        return read_token_info(read_object(response, "get_token_info", errors=TOKEN_INFO_ERRORS), now=now)

    async def _user(self, token: Credential, info: TokenInfo, ctx: VerifyContext) -> dict[str, Any]:
        response = await ctx.http.get(self._user_url, params={"uid": info.user_id}, headers=_authorization(token))
        user = read_object(response, "users/show")
        # `id` where `idstr` is absent, as in the page's own example.
        if read_user_id(user.get("idstr", user.get("id")), "users/show: idstr") != info.user_id:
            raise ProviderUnavailable("users/show: the user is not the one that get_token_info named")
        return user

    async def _email(self, token: Credential, info: TokenInfo, ctx: VerifyContext) -> str | None:
        """Best effort: the address takes a permission few apps are granted, and no login hangs on it."""
        if info.scopes is not None and not info.scopes & EMAIL_SCOPES:
            return None  # Weibo would refuse, and count the call
        try:
            return read_email(await ctx.http.get(self._email_url, headers=_authorization(token)))
        except ExchangeError:  # also where we have no connection left: the profile call will say so
            return None


def _authorization(token: Credential) -> dict[str, str]:
    """The documented alternative to the query parameter, which would put the token into logs of URLs."""
    return {"Authorization": f"OAuth2 {token.reveal()}"}
