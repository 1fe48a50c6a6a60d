"""Verify a Discord access token: of which application it is, and who its user is."""

import re
from collections.abc import Mapping
from typing import Any

from accredit.audience import AppBound
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_discord.answers import read_authorization, read_user
from accredit_discord.normalize import to_profile
from accredit_discord.settings import DiscordSettings

_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
LONGEST_TOKEN = 512
"""Characters. Real ones have 30, and Discord names no bound."""
USER_AGENT = "DiscordBot (accredit-discord, 0.1)"
"""Whoever does not say what it is may be blocked. Source: https://discord.com/developers/docs/reference#user-agent"""


class DiscordStrategy(Strategy[DiscordSettings]):
    """Discord, by its OAuth 2.0 access token."""

    name = "discord"
    settings_type = DiscordSettings
    accepts = frozenset({"access_token"})
    paths_name_nobody = True
    # Source: https://discord.com/developers/docs/reference#snowflakes (an id is unique across all of Discord).
    user_id_scope = "global"
    # The window of the ban, which counts each 401; a token that is dead stays so.
    # Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
    refusals_cached_s = 600

    def __init__(self, settings: DiscordSettings) -> None:
        super().__init__(settings)
        self._accepted = settings.accepted_audiences
        self._authorization_url = f"{settings.api_url}/oauth2/@me"
        self._user_url = f"{settings.api_url}/users/@me"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        """Ask `/oauth2/@me`, then `/users/@me` where the token opens an address: one or two HTTPS requests.

        Raises:
            ProviderTokenRejected: Discord refuses the token or its user.
            ProviderUnavailable: Discord is down, limits us, or answers what is not understood.
            ServerError: Discord blocks us.
        """
        value = token.reveal()
        # What is no bearer token (RFC 6750 section 2.1) is not worth one of the 10,000 refusals that we have.
        if len(value) > LONGEST_TOKEN or not _BEARER_TOKEN.fullmatch(value):
            raise InvalidProviderToken("the token has not the form of one")
        # One after the other: a dead token would be refused twice, and each refusal counts.
        response = await self._get(self._authorization_url, value, ctx)
        known = read_authorization(response, now=ctx.clock())
        user: Mapping[str, Any] = known.user
        if "email" in known.scopes and known.application_id in self._accepted:
            response = await self._get(self._user_url, value, ctx)
            user = read_user(response, user_id=known.user_id, now=ctx.clock())
        return Verification(
            user_id=known.user_id,
            audience=AppBound(known.application_id),
            claims=user,
            expires_at=known.expires_at,
            scopes=known.scopes,
        )

    def normalize(self, verification: Verification) -> Profile:
        """Map the user to OIDC claims."""
        return to_profile(verification.user_id, verification.claims)

    async def _get(self, url: str, value: str, ctx: VerifyContext) -> ProviderResponse:
        return await ctx.http.get(url, headers={"Authorization": f"Bearer {value}", "User-Agent": USER_AGENT})
