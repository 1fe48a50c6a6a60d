"""Verify a GitHub access token: GitHub tells our app whether it is ours and whose, then the user who they are."""

import re
from urllib.parse import quote

from accredit.audience import AppBound
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext, in_order
from accredit_github.answers import EMAIL_SCOPES, TokenInfo, read_addresses, read_token_info, read_user
from accredit_github.normalize import to_profile
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
    accepts = frozenset({"access_token"})
    paths_name_nobody = True
    # Each Enterprise Server counts from 1 by itself, so an id means one person at one `api_url`.
    user_id_scope = "issuer"

    def __init__(self, settings: GitHubSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences
        self._check_url = f"{settings.api_url}/applications/{quote(settings.client_id, safe='')}/token"
        self._user_url = f"{settings.api_url}/user"
        self._emails_url = f"{settings.api_url}/user/emails"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Ask the check-token call, then `/user` and the addresses at once: two or three HTTPS requests.

        Raises:
            ProviderTokenRejected: GitHub refuses the token or its user.
            ProviderUnavailable: GitHub is down, limits us, or answers what is not understood.
            ServerError: GitHub refuses our id and secret.
        """
        if not _USER_TOKEN.fullmatch(token.reveal()):
            raise InvalidProviderToken("the token is of no kind that an app gets for a user")
        # First, and alone: a dead token that is shown to `/user` counts as a failed login, of which GitHub takes few
        # before it refuses everybody at our address. This call does not count.
        # Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
        info = read_token_info(await self._check(token.reveal(), ctx), now=ctx.clock())
        if info.client_id not in self._accepted:  # the engine refuses it; nobody's profile is asked for
            return _verification(info, {})
        response, addresses = await in_order(self._get(self._user_url, token, ctx), self._addresses(token, info, ctx))
        user = read_user(response, user_id=info.user_id, now=ctx.clock())
        found = [] if addresses is None else read_addresses(addresses, now=ctx.clock())
        return _verification(info, {"user": user, "addresses": found})

    def normalize(self, verification: Verification) -> Profile:
        """Map the answers of `/user` and `/user/emails` to OIDC claims."""
        return to_profile(verification.claims["user"], verification.claims["addresses"])

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Have a token checked that is nobody's: one HTTPS request, a 401 for a wrong id or secret, and a 404 else."""
        try:
            read_token_info(await self._check(_NO_TOKEN, ctx), now=ctx.clock())
        except InvalidProviderToken:
            return

    async def _check(self, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.post(
            self._check_url,
            json={"access_token": value},
            basic=(self.settings.client_id, self.settings.client_secret),
            headers=_HEADERS,
            reads_only=True,
        )

    async def _addresses(self, token: Credential, info: TokenInfo, ctx: VerifyContext) -> ProviderResponse | None:
        """Ask for the addresses, unless the scopes say that it would be in vain; a GitHub App has no scopes."""
        if not token.reveal().startswith("ghu_") and info.scopes is not None and not info.scopes & EMAIL_SCOPES:
            return None
        return await self._get(self._emails_url, token, ctx)

    async def _get(self, url: str, token: Credential, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(url, headers={**_HEADERS, "Authorization": f"Bearer {token.reveal()}"})


def _verification(info: TokenInfo, claims: dict[str, object]) -> Verification:
    return Verification(
        user_id=info.user_id,
        audience=AppBound(info.client_id),
        claims=claims,
        expires_at=info.expires_at,
        scopes=info.scopes or frozenset(),
    )
