"""Exchange a TikTok authorization code, and ask who its user is. A bearer token does not say for which app it is."""

from collections.abc import Mapping
from typing import Any

from accredit.audience import CodeExchanged
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import MissingParameter, PluginFailed, ProviderMisconfigured
from accredit.models import Verification
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_tiktok.answers import NewToken, read_new_token, read_revocation, read_user, union_id_of
from accredit_tiktok.normalize import to_profile
from accredit_tiktok.settings import TikTokSettings

BASIC, PROFILE = "user.info.basic", "user.info.profile"
"""Scopes. Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info (each field's authorized scope)."""
_BASIC_FIELDS = ("open_id", "union_id", "avatar_url", "avatar_large_url", "display_name")
_PROFILE_FIELDS = ("username",)


class TikTokStrategy(Strategy[TikTokSettings]):
    """TikTok, by codes of Login Kit."""

    name = "tiktok"
    settings_type = TikTokSettings
    accepts = frozenset({"code"})
    traits = frozenset({"single_use"})
    paths_name_nobody = True
    # `open_id` is of the user in one application.
    # Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info
    user_id_scope = "app"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Exchange the code and read the user: two HTTPS requests, or one where the user has not allowed the second.

        Raises:
            ProviderTokenRejected: TikTok refuses the code.
            ProviderUnavailable: TikTok is down, limits us, or answers what is not understood.
            ServerError: TikTok refuses our client key and secret.
            MissingParameter: the code came without its `redirect_uri`.
        """
        if not isinstance(credential, AuthorizationCode):  # never given, see `accepts`
            raise PluginFailed("a credential that is no code")
        ctx.check_nonce(None)  # a nonce would stand in an ID token, and TikTok has none
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_new_token(await self._exchange(credential, ctx), now=now)
        user: Mapping[str, Any] = {}
        if BASIC in new.scopes:
            user = read_user(await self._request_user(new, ctx), open_id=new.open_id, now=ctx.clock())
        union_id = union_id_of(user)
        return Verification(
            user_id=new.open_id,
            audience=CodeExchanged(self.settings.client_key),
            claims=user,
            expires_at=new.expires_at,
            scopes=new.scopes,
            alternate_ids={} if union_id is None else {"union_id": union_id},
            provider_token=self._revocable(new) if self.settings.keep_provider_token else None,
        )

    def normalize(self, verification: Verification) -> Profile:
        """Map the user to OIDC claims."""
        return to_profile(verification.claims)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Disconnect our app from a user's account: one HTTPS request.

        Source: https://developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token

        Raises:
            ProviderUnavailable: TikTok is down, limits us, or answers what is not understood.
            ServerError: TikTok refuses our client key and secret, or the token is of an app that we were before.
            UnlistedRefusal: TikTok refuses in words that are not known.
        """
        if token.client_id != self.settings.client_key:
            raise ProviderMisconfigured("the kept token is of another client_key than that of the settings")
        form = {
            "client_key": self.settings.client_key,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "token": token.reveal(),
        }
        read_revocation(await ctx.http.post(f"{self.settings.api_url}/oauth/revoke/", form=form), now=ctx.clock())

    def _revocable(self, new: NewToken) -> RevocableToken:
        """Return the access token: TikTok takes no other, and a refresh token is dead once it was used to get one.

        Source: https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token (rotation)
        """
        return RevocableToken.of(
            new.value, kind="access_token", client_id=self.settings.client_key, expires_at=new.expires_at
        )

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> ProviderResponse:
        """Redeem the code. Source: https://developers.tiktok.com/doc/oauth-get-a-user-access-token"""
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {
            "client_key": self.settings.client_key,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "code": code.reveal(),
            "grant_type": "authorization_code",
            "redirect_uri": code.redirect_uri,
        }
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        return await ctx.http.post(f"{self.settings.api_url}/oauth/token/", form=form)

    async def _request_user(self, new: NewToken, ctx: VerifyContext) -> ProviderResponse:
        """Ask for what the user has allowed: one field more, and TikTok refuses the whole call."""
        fields = _BASIC_FIELDS + (_PROFILE_FIELDS if PROFILE in new.scopes else ())
        return await ctx.http.get(
            f"{self.settings.api_url}/user/info/",
            params={"fields": ",".join(fields)},
            headers={"Authorization": f"Bearer {new.value}"},
        )
