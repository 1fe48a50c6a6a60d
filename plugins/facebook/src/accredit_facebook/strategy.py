"""Verify what Facebook hands to an app: an access token, the JWT of Limited Login, or a code."""

import hmac
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from accredit.audience import AppBound
from accredit.credentials import AuthorizationCode, Credential, IdToken
from accredit.errors import (
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderMisconfigured,
    ProviderUnavailable,
)
from accredit.models import Verification
from accredit.notices import Notice, NoticeRequest, is_confirmation_code
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ApiVersion, ProviderResponse, Strategy, VerifyContext, in_order
from accredit_facebook.answers import (
    Inspection,
    is_user_id,
    read_inspection,
    read_new_token,
    read_profile,
    read_revocation,
    require_inspection,
)
from accredit_facebook.normalize import to_profile
from accredit_facebook.notices import read_signed_request
from accredit_facebook.settings import FacebookSettings, graph_version

_FIELDS = (
    "id",
    "name",
    "first_name",
    "middle_name",
    "last_name",
    "short_name",
    "email",
    "picture.width(256).height(256){url,width,height,is_silhouette}",
)


class FacebookStrategy(Strategy[FacebookSettings]):
    """Ask the Graph API about access tokens, and those of codes; verify Limited Login tokens with Facebook's keys."""

    name = "facebook"
    settings_type = FacebookSettings
    accepts = frozenset({"access_token", "id_token", "code"})
    # The login dialog drops the challenge, but for OpenID Connect, which Facebook calls "still in testing".
    # Source: NangoHQ/nango#7156, and the page of `_exchange`.
    supports_pkce = False
    token_types = MappingProxyType(
        {"http://auth0.com/oauth/token-type/facebook-info-session-access-token": "access_token"}
    )
    paths_name_nobody = True
    # Source: https://developers.facebook.com/docs/graph-api/overview (the ids of users are app-scoped).
    user_id_scope = "app"

    def __init__(self, settings: FacebookSettings) -> None:
        super().__init__(settings)
        graph = f"{settings.graph_url}/{settings.api_version}"
        fields = dict.fromkeys((*_FIELDS, *settings.extra_fields))  # each once, in order
        self._graph = graph
        self._debug_token_url = f"{graph}/debug_token"
        self._token_url = f"{graph}/oauth/access_token"
        self._me_url = f"{graph}/me?{urlencode({'fields': ','.join(fields)})}"
        self._secret = settings.app_secret.get_secret_value().encode()
        self._proof = hmac.new(self._secret, digestmod="sha256")
        previous = settings.previous_app_secret
        self._notice_secrets = (self._secret, *([] if previous is None else [previous.get_secret_value().encode()]))
        self._accepted = settings.accepted_audiences

    @property
    def api_version(self) -> ApiVersion:
        """The Graph API's, as configured, with the day it ends on."""
        return graph_version(self.settings.api_version)

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Verify `credential`: two HTTPS requests at once for an access token, at most one for a JWT.

        A code takes one more, in which it is exchanged for an access token.
        """
        # Nothing else is possible: a Limited Login token has no access to the Graph API.
        if isinstance(credential, IdToken):
            return await self._verify_limited_login(credential, ctx)
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        return await self._verify_access_token(credential.reveal(), ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map Graph fields, or the claims of a Limited Login token, to OIDC claims."""
        return to_profile(verification.claims)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Take back all that a user has granted to our app: one HTTPS request, by our app's own token.

        Source: https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke

        Raises:
            ProviderUnavailable: Facebook is down, or limits us.
            ServerError: Facebook refuses our app, or the user is one of an app that we were before.
            UnlistedRefusal: Facebook refuses in words that are not known.
        """
        if token.client_id != self.settings.app_id:
            raise ProviderMisconfigured("the kept user id is of another app_id than that of the settings")
        proof = urlencode({"appsecret_proof": self._proof_of(self._app_token)})
        url, headers = f"{self._graph}/{token.reveal()}/permissions", {"Authorization": f"Bearer {self._app_token}"}
        read_revocation(await ctx.http.delete(f"{url}?{proof}", headers=headers))

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Read what is posted when a user removes the app, or asks for deletion: no request of ours."""
        return read_signed_request(request, app_id=self.settings.app_id, secrets=self._notice_secrets, now=ctx.clock())

    def confirms(self, code: str) -> bool:
        """Tell whether a confirmation code for deleted data is one of ours."""
        return any(is_confirmation_code(one, code) for one in self._notice_secrets)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Let `debug_token` inspect our own app token: one HTTPS request, refused for a wrong id or secret."""
        require_inspection(await self._debug_token(self._app_token, ctx))

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, and verify the access token that it gives as any other."""
        ctx.check_nonce(None)  # Facebook puts none into an access token
        value = read_new_token(await self._exchange(code, ctx))
        try:
            return await self._verify_access_token(value, ctx)
        except InvalidProviderToken as error:
            # Facebook has just given it to us: that is not the user's fault.
            raise ProviderUnavailable(f"a new token is refused: {error.detail}") from None

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> ProviderResponse:
        """Exchange a code with our secret, or with the verifier in its place, as the flow of OpenID Connect has it.

        Source: https://developers.facebook.com/documentation/facebook-login/guides/advanced/oidc-token
        """
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {"client_id": self.settings.app_id, "redirect_uri": code.redirect_uri, "code": code.reveal()}
        if code.code_verifier is None:
            form["client_secret"] = self.settings.app_secret.get_secret_value()
        else:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        return await ctx.http.post(self._token_url, form=form)

    async def _verify_access_token(self, value: str, ctx: VerifyContext) -> Verification:
        # A parameter of blanks is none at all to Facebook, for which it blames our call (code 100): an alert.
        if not value.strip():
            raise InvalidProviderToken("the token is blank")
        # `/me` answers any app's token, or refuses it in words that would blame our secret; what
        # `debug_token` says about the token must therefore be read first.
        inspection, me = await in_order(self._inspect(value, ctx), self._request_profile(value, ctx))
        claims: Mapping[str, Any] = {}
        # Another app's token is the engine's to refuse. It has no profile: our proof does not fit it.
        if inspection.app_id in self._accepted:
            self._require_permissions(inspection.scopes)
            claims = read_profile(me, user_id=inspection.user_id)
        return Verification(
            user_id=inspection.user_id,
            audience=AppBound(inspection.app_id),
            claims=claims,
            expires_at=inspection.expires_at,
            scopes=inspection.scopes,
            provider_token=self._revocable(inspection.user_id) if self.settings.keep_provider_token else None,
        )

    def _revocable(self, user_id: str) -> RevocableToken:
        """Return by what our own token takes back a grant, at any time: a user's token would have to be alive."""
        return RevocableToken.of(user_id, kind="user_id", client_id=self.settings.app_id)

    async def _inspect(self, token: str, ctx: VerifyContext) -> Inspection:
        """Learn whose token it is, and which app's."""
        return read_inspection(
            await self._debug_token(token, ctx),
            app_id=self.settings.app_id,
            now=ctx.clock(),
            accept_non_expiring=self.settings.accept_non_expiring_tokens,
        )

    def _debug_token(self, token: str, ctx: VerifyContext) -> Coroutine[Any, Any, ProviderResponse]:
        """Have a token inspected.

        Source: https://developers.facebook.com/docs/graph-api/reference/debug_token
        """
        return ctx.http.get(
            self._debug_token_url,
            # The only place where Facebook takes the token to inspect.
            params={"input_token": token},
            headers={"Authorization": f"Bearer {self._app_token}"},
        )

    async def _request_profile(self, token: str, ctx: VerifyContext) -> ProviderResponse:
        """Ask for the profile, proving that the request comes from the app's own server.

        Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests
        """
        return await ctx.http.get(
            self._me_url,
            params={"appsecret_proof": self._proof_of(token)},
            headers={"Authorization": f"Bearer {token}"},
        )

    def _proof_of(self, token: str) -> str:
        proof = self._proof.copy()
        proof.update(token.encode())
        return proof.hexdigest()

    async def _verify_limited_login(self, token: IdToken, ctx: VerifyContext) -> Verification:
        """Verify the JWT that Limited Login calls an authentication token.

        Source: https://developers.facebook.com/docs/facebook-login/limited-login/token/validating
        """
        id_token = await ctx.verify_id_token(
            token,
            jwks_url=self.settings.limited_login_jwks_url,
            issuers=self.settings.limited_login_issuers,
        )
        if not is_user_id(id_token.subject):
            raise InvalidProviderToken("sub is no app-scoped user id")
        # The same restriction for every kind of token: this one can show no permission at all.
        self._require_permissions(frozenset())
        return Verification(
            user_id=id_token.subject,
            audience=id_token.audience,
            claims=id_token.claims,
            expires_at=id_token.expires_at,
        )

    def _require_permissions(self, granted: frozenset[str]) -> None:
        missing = [name for name in self.settings.required_permissions if name not in granted]
        if missing:
            raise MissingPermission(f"not granted: {', '.join(missing)}")

    @property
    def _app_token(self) -> str:
        return f"{self.settings.app_id}|{self.settings.app_secret.get_secret_value()}"
