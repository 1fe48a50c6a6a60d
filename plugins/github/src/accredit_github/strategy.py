"""Verify a GitHub access token, of which GitHub tells our app whether it is ours and whose, or exchange a code."""

import re
from urllib.parse import quote

from pydantic import SecretStr

from accredit.audience import AppBound, CodeExchanged
from accredit.credentials import AuthorizationCode, Credential
from accredit.errors import InvalidProviderToken, ProviderMisconfigured
from accredit.models import Verification
from accredit.notices import Notice, NoticeRequest
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit_github.answers import (
    EMAIL_SCOPES,
    TokenInfo,
    read_addresses,
    read_new_token,
    read_token_info,
    read_user,
)
from accredit_github.normalize import to_profile
from accredit_github.notices import read_delivery
from accredit_github.refusals import FRESH_USER_ERRORS, REVOKE_ERRORS, code_of, refused
from accredit_github.settings import GitHubSettings

API_VERSION = "2022-11-28"
"""Of the REST API. Source: https://docs.github.com/en/rest/about-the-rest-api/api-versions"""

_USER_TOKEN = re.compile(r"gh[ou]_[A-Za-z0-9._~+/-]{1,500}|[0-9a-f]{40}")
"""`gho_`: of an OAuth app, `ghu_`: of a GitHub App, 40 hexadecimal digits: of an OAuth app before 2021. Any other kind
(a personal access token, an installation's, a refresh token) is no app's word about a user.

Source: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
"""
_NO_TOKEN = "gho_000000000000000000000000000000000000"  # noqa: S105  # nobody's: asked for to be refused
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}


class GitHubStrategy(Strategy[GitHubSettings]):
    """GitHub, for the tokens of OAuth apps and those of GitHub Apps."""

    name = "github"
    settings_type = GitHubSettings
    accepts = frozenset({"access_token", "code"})
    paths_name_nobody = True
    # Each Enterprise Server counts from 1 by itself, so an id means one person at one `api_url`.
    user_id_scope = "issuer"

    def __init__(self, settings: GitHubSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences
        ours = f"{settings.api_url}/applications/{quote(settings.client_id, safe='')}"
        self._check_url = f"{ours}/token"
        self._grant_url = f"{ours}/grant"
        self._user_url = f"{settings.api_url}/user"
        self._emails_url = f"{settings.api_url}/user/emails"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Take the way of the credential's kind: two or three HTTPS requests, of which the last two go at once.

        Raises:
            ProviderTokenRejected: GitHub refuses the token, the code or its user.
            ProviderUnavailable: GitHub is down, limits us, or answers what is not understood.
            ServerError: GitHub refuses our id and secret.
        """
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        return await self._verify_access_token(credential.reveal(), ctx)

    def normalize(self, verification: Verification) -> Profile:
        """Map the answers of `/user` and `/user/emails` to OIDC claims."""
        return to_profile(verification.claims["user"], verification.claims["addresses"])

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        """Read what a GitHub App's webhook tells, such as that a user has taken back the grant: no request of ours."""
        return read_delivery(request, client_id=self.settings.client_id, secret=self.settings.webhook_secret)

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Have a token checked that is nobody's: one HTTPS request, a 401 for a wrong id or secret, and a 404 else."""
        try:
            read_token_info(await self._check(_NO_TOKEN, ctx), now=ctx.clock())
        except InvalidProviderToken:
            return

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Delete what the user has granted to our app: one HTTPS request, and one more where GitHub refuses it.

        Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization

        Raises:
            ProviderUnavailable: GitHub is down, or limits us.
            ServerError: GitHub refuses our id and secret, or the token is of an app that we were before.
            UnlistedRefusal: GitHub refuses, although it knows the token.
        """
        if token.client_id != self.settings.client_id:
            raise ProviderMisconfigured("the kept token is of another client_id than that of the settings")
        value, ours = token.value.get_secret_value(), (self.settings.client_id, self.settings.client_secret)
        response = await ctx.http.delete(self._grant_url, json={"access_token": value}, basic=ours, headers=_HEADERS)
        if response.status == 204:
            return
        if code_of(response) in {"404", "422"}:  # in GitHub's own form, not the page of a machine in front
            # The page says that a 422 may be for a token that is not valid, or for too many requests.
            try:
                read_token_info(await self._check(value, ctx), now=ctx.clock())
            except InvalidProviderToken:
                return  # GitHub knows it no more: the user, or we, have taken it back
        raise refused("grant", response, REVOKE_ERRORS, now=ctx.clock())

    async def _verify_access_token(self, value: str, ctx: VerifyContext) -> Verification:
        if not _USER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("the token is of no kind that an app gets for a user")
        # First, and alone: a dead token that is shown to `/user` counts as a failed login, of which GitHub takes few
        # before it refuses everybody at our address. This call does not count.
        # Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
        info = read_token_info(await self._check(value, ctx), now=ctx.clock())
        if info.client_id not in self._accepted:  # the engine refuses it; nobody's profile is asked for
            return self._verification(info, {"user": {}, "addresses": []}, value)
        user, addresses = await in_order(
            self._get(self._user_url, value, ctx), self._addresses(value, info.scopes, ctx)
        )
        now = ctx.clock()
        _, found = read_user(user, user_id=info.user_id, now=now)
        listed = [] if addresses is None else read_addresses(addresses, now=now)
        return self._verification(info, {"user": found, "addresses": listed}, value)

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, by which GitHub says that it is ours, and ask with the new token who the user is.

        Source: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
        """
        ctx.check_nonce(None)  # GitHub puts none into anything
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_new_token(await self._exchange(code, ctx), now=now)
        user, addresses = await in_order(
            self._get(self._user_url, new.value, ctx), self._addresses(new.value, new.scopes, ctx)
        )
        now = ctx.clock()
        user_id, found = read_user(user, user_id=None, now=now, errors=FRESH_USER_ERRORS)
        listed = [] if addresses is None else read_addresses(addresses, now=now, errors=FRESH_USER_ERRORS)
        return Verification(
            user_id=user_id,
            audience=CodeExchanged(self.settings.client_id),
            claims={"user": found, "addresses": listed},
            expires_at=new.expires_at,
            scopes=new.scopes,
            provider_token=self._revocable(new.value, new.expires_at),
        )

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> ProviderResponse:
        form = {
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.get_secret_value(),
            "code": code.reveal(),
        }
        if code.redirect_uri is not None:
            form["redirect_uri"] = code.redirect_uri
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        # Without the header the answer is a form.
        return await ctx.http.post(self.settings.token_url, form=form, headers={"Accept": "application/json"})

    async def _check(self, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.post(
            self._check_url,
            json={"access_token": value},
            basic=(self.settings.client_id, self.settings.client_secret),
            headers=_HEADERS,
            reads_only=True,
        )

    async def _addresses(
        self, value: str, scopes: frozenset[str] | None, ctx: VerifyContext
    ) -> ProviderResponse | None:
        """Ask for the addresses, unless the scopes say that it would be in vain; a GitHub App has no scopes."""
        if not value.startswith("ghu_") and scopes is not None and not scopes & EMAIL_SCOPES:
            return None
        return await self._get(self._emails_url, value, ctx)

    async def _get(self, url: str, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(url, headers={**_HEADERS, "Authorization": f"Bearer {value}"})

    def _verification(self, info: TokenInfo, claims: dict[str, object], value: str) -> Verification:
        return Verification(
            user_id=info.user_id,
            audience=AppBound(info.client_id),
            claims=claims,
            expires_at=info.expires_at,
            scopes=info.scopes or frozenset(),
            provider_token=self._revocable(value, info.expires_at),
        )

    def _revocable(self, value: str, expires_at: int | None) -> RevocableToken | None:
        """Return what takes the grant back, where it is to be kept: at any time, or until it ends."""
        if not self.settings.keep_provider_token:
            return None
        return RevocableToken(
            value=SecretStr(value), kind="access_token", client_id=self.settings.client_id, expires_at=expires_at
        )
