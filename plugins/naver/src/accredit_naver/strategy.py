"""Exchange a code of Naver Login, and ask who its user is; of an access token ask the same, and nothing binds it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from accredit.audience import AudienceProof, CodeExchanged, Unbound
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import InvalidProviderToken, MissingParameter, ProviderMisconfigured
from accredit.models import Verification
from accredit.notices import Notice, NoticeRequest
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_naver.answers import NewTokens, read_revocation, read_user
from accredit_naver.normalize import to_profile
from accredit_naver.notices import read_disconnection
from accredit_naver.refusals import FRESH_ERRORS, ME_ERRORS
from accredit_naver.settings import NaverSettings

ISSUER = "https://nid.naver.com"
"""Source: https://nid.naver.com/.well-known/openid-configuration, which names RS256 as the one algorithm, too."""
UNBOUND = "no answer of Naver's to an access token names its app: a code is bound by its exchange"
LONGEST_TOKEN = 512
"""Characters. Naver's have 256 at most.

Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 4.1.1
"""

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9_~+/-]+=*")
_NO_CODE = "accredit-doctor"


class NaverStrategy(Strategy[NaverSettings]):
    """Naver Login, for codes; and for access tokens where a connection does without a proof of audience.

    ID tokens are not accepted by themselves: nobody says whether their `sub` is the id that `nid/me` has for a user.
    """

    name = "naver"
    settings_type = NaverSettings
    accepts = frozenset({"access_token", "code"})
    # Naver requires the state of the login in the exchange, and names no length. `state` itself is our endpoint's own.
    # Source: https://developers.naver.com/docs/login/devguide/devguide.md, sections 3.4.4 and 3.5.6
    reads = MappingProxyType({"naver_state": 1024})
    paths_name_nobody = True
    # Source: https://developers.naver.com/docs/login/profile/profile.md, section 5 (`id`: another one for each app).
    user_id_scope = "app"

    def __init__(self, settings: NaverSettings) -> None:
        super().__init__(settings)
        self._me_url = f"{settings.api_url}/v1/nid/me"
        self._token_url = f"{settings.login_url}/{'oauth2' if settings.openid else 'oauth2.0'}/token"
        self._jwks_url = f"{settings.login_url}/oauth2/jwks"
        self._revoke_url = f"{settings.login_url}/oauth2.0/revoke"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind: one HTTPS request for an access token, two in turn for a code.

        Raises:
            ProviderTokenRejected: Naver refuses the token or the code.
            ProviderUnavailable: Naver is down, limits us, or answers what is not understood.
            ServerError: Naver refuses our id and secret, or our app.
            MissingParameter: a code came without `naver_state`.
        """
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        return await self._verify_access_token(credential.reveal(), ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the user of `nid/me` to OIDC claims."""
        return to_profile(verification.claims)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Hand in a code that is nobody's: one HTTPS request, which Naver refuses in other words for a wrong secret."""
        try:
            await self._exchange({"code": _NO_CODE, "state": _NO_CODE}, ctx)
        except InvalidProviderToken:
            return

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back what the user has granted to our app: one HTTPS request, which Naver answers by 200 for any token.

        Source: https://developers.naver.com/docs/login/devguide/devguide.md, section 4.3.1

        Raises:
            ProviderUnavailable: Naver is down.
            ServerError: Naver refuses our id and secret, or the token is of an app that we were before.
            UnlistedRefusal: Naver refuses in words that are not known.
        """
        if token.client_id != self.settings.client_id:
            raise ProviderMisconfigured("the kept token is of another client_id than that of the settings")
        form = {**self._ours(), "token": token.reveal(), "token_type_hint": token.kind}
        read_revocation(await ctx.http.post(self._revoke_url, form=form), now=ctx.clock())

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Read what Naver sends when a user withdraws consent, or leaves Naver: no request of ours."""
        secret = self.settings.client_secret.get_secret_value()
        return read_disconnection(request, secret=secret, now=ctx.clock())

    async def _verify_access_token(self, value: str, ctx: VerifyContext) -> Verification:
        if len(value) > LONGEST_TOKEN or not _BEARER_TOKEN.fullmatch(value):  # RFC 6750 section 2.1
            raise InvalidProviderToken("the token has not the form of one")
        user_id, user = read_user(await self._me(value, ctx), ME_ERRORS, now=ctx.clock())
        return Verification(user_id=user_id, audience=Unbound(UNBOUND), claims=user)

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, by which Naver says that it is ours, and ask with the new token who the user is."""
        new = await self._exchange(self._parameters(code), ctx)
        proof: AudienceProof
        if new.id_token is None:
            ctx.check_nonce(None)
            proof = CodeExchanged(self.settings.client_id)
        else:  # the better proof: it names us
            found = await ctx.verify_id_token(
                new.id_token, jwks_url=self._jwks_url, issuers=(ISSUER,), algorithms=("RS256",)
            )
            proof = found.audience
        user_id, user = read_user(await self._me(new.access_token, ctx), FRESH_ERRORS, now=ctx.clock())
        return Verification(
            user_id=user_id,
            audience=proof,
            claims=user,
            expires_at=new.expires_at,
            provider_token=new.revocable(self.settings.client_id),
        )

    async def _exchange(self, parameters: Mapping[str, str], ctx: VerifyContext) -> NewTokens:
        form = {**self._ours(), "grant_type": "authorization_code", **parameters}
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        return NewTokens.parse(await ctx.http.post(self._token_url, form=form), now=now)

    def _parameters(self, code: AuthorizationCode) -> Mapping[str, str]:
        """Return what the exchange is told of a login.

        `redirect_uri` stands in the samples of https://developers.naver.com/docs/login/api/api.md, and in no table.
        """
        state = code.parameter("naver_state")
        if state is None:
            raise MissingParameter("naver_state")
        found = {"code": code.reveal(), "state": state}
        if code.redirect_uri is not None:
            found["redirect_uri"] = code.redirect_uri
        if code.code_verifier is not None and self.settings.openid:
            found["code_verifier"] = code.code_verifier.get_secret_value()
        return found

    def _ours(self) -> dict[str, str]:
        return {
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
        }

    async def _me(self, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(self._me_url, headers={"Authorization": f"Bearer {value}"})
