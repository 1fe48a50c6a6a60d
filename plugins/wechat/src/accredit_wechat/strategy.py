"""Verify the code of a WeChat login: exchange it with our secret, then ask who the user is."""

from accredit.audience import CodeExchanged
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_wechat.answers import Exchanged, User, read_exchange, read_user
from accredit_wechat.normalize import to_profile
from accredit_wechat.settings import WeChatSettings

PROFILE_SCOPES = frozenset({"snsapi_userinfo", "snsapi_login"})
"""Scopes that open the profile: of apps and pages, and of logins on websites by a QR code. `snsapi_base` does not, and
`userinfo` then answers 48001. Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html
"""


class WeChatStrategy(Strategy[WeChatSettings]):
    """WeChat, by the code of a login.

    Access tokens are not accepted: nothing that WeChat answers to one says of which app it is. `sns/auth` takes any
    token with the openid that belongs to it.
    """

    name = "wechat"
    settings_type = WeChatSettings
    accepts = frozenset({"code"})
    supports_pkce = False
    traits = frozenset({"single_use"})
    paths_name_nobody = True
    # An openid is unique for a user together with an app.
    # Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsaccesstoken.html (`openid`)
    user_id_scope = "app"

    def __init__(self, settings: WeChatSettings) -> None:
        super().__init__(settings)
        self._exchange_url = f"{settings.api_url}/sns/oauth2/access_token"
        self._user_url = f"{settings.api_url}/sns/userinfo"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Exchange the code, and ask with the new token who the user is: one or two HTTPS requests in turn.

        Raises:
            ProviderTokenRejected: WeChat refuses the code or its user.
            ProviderUnavailable: WeChat is down, limits us, or answers what is not understood.
            ServerError: WeChat refuses our id and secret, or our address.
        """
        ctx.check_nonce(None)  # a nonce would stand in an ID token, and WeChat has none
        # A parameter of blanks may count as missing, for which WeChat blames our call (41008): an alert.
        if not credential.reveal().strip():
            raise InvalidProviderToken("the code is blank")
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_exchange(await self._exchange(credential.reveal(), ctx), now=now)
        user = await self._user(new, ctx) if new.scopes & PROFILE_SCOPES else User(None, {})
        unionid = new.unionid or user.unionid
        return Verification(
            user_id=new.openid,
            audience=CodeExchanged(self.settings.app_id),
            claims=user.claims,
            expires_at=new.expires_at,
            scopes=new.scopes,
            alternate_ids={} if unionid is None else {"unionid": unionid},
        )

    def normalize(self, verification: Verification) -> Profile:
        """Map the user to OIDC claims."""
        return to_profile(verification.claims)

    async def _exchange(self, code: str, ctx: VerifyContext) -> ProviderResponse:
        """Send secret and code in the query, which is the only place that WeChat takes them in.

        Source: https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/Authorized_API_call_UnionID.html
        """
        params = {
            "appid": self.settings.app_id,
            "secret": self.settings.app_secret.get_secret_value(),
            "code": code,
            "grant_type": "authorization_code",
        }
        return await ctx.http.get(self._exchange_url, params=params, reads_only=False)

    async def _user(self, new: Exchanged, ctx: VerifyContext) -> User:
        params = {"access_token": new.access_token, "openid": new.openid}
        return read_user(await ctx.http.get(self._user_url, params=params), of=new)
