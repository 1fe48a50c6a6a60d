"""Verify an access token: JSON and Basic to the check-token call, then the user and their addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from accredit import AppBound, Assurance, Email, Profile, Strategy, Verification, VerifyContext
from accredit.credentials import Credential
from accredit.errors import (
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    ProviderUserBlocked,
)
from accredit.refusals import Line, refusal, retry_after_s
from accredit.settings import AppSecret, BaseUrl, BasicId, ConnectionSettings
from accredit.strategy import ProviderResponse, in_order
from accredit.text import digits, email_address, text, web_url

_CHECK_TOKEN = "https://docs.github.com/en/rest/apps/oauth-applications#check-a-token"
_USERS = "https://docs.github.com/en/rest/users/users#get-the-authenticated-user"

CHECK_ERRORS: Mapping[str, Line] = {
    "Not Found": Line(InvalidProviderToken, _CHECK_TOKEN),  # unknown, revoked, expired, or another app's
    "Bad credentials": Line(ProviderMisconfigured, _CHECK_TOKEN),  # our Basic
    "Requires authentication": Line(ProviderMisconfigured, _CHECK_TOKEN),
}
USER_ERRORS: Mapping[str, Line] = {
    "Bad credentials": Line(InvalidProviderToken, _USERS),
    "Sorry. Your account was suspended": Line(ProviderUserBlocked, "reports of users"),
}
_WITHOUT_ADDRESSES = {403, 404}
"""What the address call answers a token that may not ask it."""


class OctoSettings(ConnectionSettings):
    client_id: BasicId
    client_secret: AppSecret
    api_url: BaseUrl = "https://api.octo.example"

    @property
    def accepted_audiences(self) -> frozenset[str]:
        return frozenset({self.client_id})


class OctoStrategy(Strategy[OctoSettings]):
    name = "octo"
    settings_type = OctoSettings
    accepts = frozenset({"access_token"})
    user_id_scope = "global"

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        check, user, addresses = await in_order(
            self._check(token, ctx), self._get("user", token, ctx), self._addresses(token, ctx)
        )
        app, owner = check.get("app"), check.get("user")
        app_id = app.get("client_id") if isinstance(app, dict) else None
        user_id = digits(owner.get("id")) if isinstance(owner, dict) else None
        if not isinstance(app_id, str) or user_id is None or not isinstance(owner["id"], int):
            raise ProviderUnavailable("check: app.client_id is no text, or user.id no whole number")
        if type(user.get("id")) is not int or digits(user["id"]) != user_id:
            raise ProviderUnavailable("check and user name different people")
        return Verification(user_id=user_id, audience=AppBound(app_id), claims={**user, "addresses": addresses})

    def normalize(self, verification: Verification) -> Profile:
        user = verification.claims
        return Profile(
            name=text(user.get("name")),
            preferred_username=text(user.get("login")),
            picture=web_url(user.get("avatar_url")),
            profile=web_url(user.get("html_url")),
            email=_primary(user.get("addresses")),
        )

    async def _check(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        settings = self.settings
        response = await ctx.http.post(
            f"{settings.api_url}/applications/{quote(settings.client_id, safe='')}/token",
            json={"access_token": token.reveal()},
            basic=(settings.client_id, settings.client_secret),
            reads_only=True,
        )
        return _read("check", response, CHECK_ERRORS, now=ctx.clock()).json_object()

    async def _get(self, path: str, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        return _read(path, await self._ask(path, token, ctx), USER_ERRORS, now=ctx.clock()).json_object()

    async def _addresses(self, token: Credential, ctx: VerifyContext) -> list[Any]:
        response = await self._ask("user/emails", token, ctx)
        if response.status in _WITHOUT_ADDRESSES and not _is_limited(response):
            return []
        found = _read("user/emails", response, USER_ERRORS, now=ctx.clock()).json()
        if not isinstance(found, list):
            raise ProviderUnavailable("user/emails: no list")
        return found

    async def _ask(self, path: str, token: Credential, ctx: VerifyContext) -> ProviderResponse:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        return await ctx.http.get(f"{self.settings.api_url}/{path}", headers=headers)


def _read(call: str, response: ProviderResponse, table: Mapping[str, Line], *, now: float) -> ProviderResponse:
    if response.status == 200:
        return response
    wait_s = retry_after_s(response, now=now)
    if _is_limited(response):
        raise ProviderRateLimited(f"{call}: status {response.status}", retry_after_s=wait_s)
    raise refusal(table, _message(response), call=call, response=response, retry_after_s=wait_s)


def _is_limited(response: ProviderResponse) -> bool:
    """Tell a limit from a refusal: both may be a 403."""
    spent = response.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in response.headers
    return response.status == 429 or (response.status == 403 and spent)


def _message(response: ProviderResponse) -> str | None:
    message = response.object_or_empty().get("message")
    return message if isinstance(message, str) else None


def _primary(addresses: object) -> Email | None:
    """Return the address that is primary and verified; none that is not."""
    for one in addresses if isinstance(addresses, list) else []:
        if isinstance(one, dict) and one.get("primary") is True and one.get("verified") is True:
            address = email_address(one.get("email"))
            return None if address is None else Email(address, Assurance.PROVIDER_ASSERTED)
    return None
