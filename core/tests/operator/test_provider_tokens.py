"""What an operator sees of providers' tokens: that one is kept, and what became of those that were to be revoked."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from core.tests.acme import ADA, Acme
from core.tests.bench import NOW
from core.tests.operator.desk import Office, office

from accredit import AppBound, Verification, VerifyContext
from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.exchange import persons
from accredit.revocation import RevocableToken

SUBJECT = "acme|1000"
SECRET = "refreshing-secret"
KEEPS: Mapping[str, Any] = {
    "connections": {"acme": {"keep_provider_token": True}},
    "keys": {"encryption_key": "a" * 42 + "8="},
}


class Revoking(Acme):
    """An Acme whose logins bring a refresh token, and which is up or down."""

    is_down: ClassVar[bool] = False
    ends_at: ClassVar[int | None] = None

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        kept = RevocableToken.of(SECRET, kind="refresh_token", expires_at=self.ends_at)
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA, provider_token=kept)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        if self.is_down:
            raise ProviderUnavailable("no answer from revoke")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "COMMIT_S", 0)


def acme(**changes: Any) -> type[Acme]:
    return type("Scripted", (Revoking,), changes)


async def shown(one: Office) -> str:
    """Return what the subject's page says of tokens."""
    return (await one.text("/subject", subject=SUBJECT)).partition("Providers' tokens")[2]


@pytest.mark.threat(33)
async def test_a_kept_token_is_shown_by_what_it_is_of_and_by_nothing_of_itself() -> None:
    async with office(KEEPS, acme=acme()) as one:
        assert (await one.login()).status_code == 200
        answer = await one.browser.get("/subject", params={"subject": SUBJECT})
        assert "acme acme 1000 refresh token 2027-01-15 08:00:00" in await shown(one)
        [kept] = await one.wire.exchange.subjects.kept_tokens(SUBJECT)
        assert not [text for text in (SECRET, kept.sealed, kept.id) if text in answer.text]


async def test_where_none_is_kept_the_page_says_so() -> None:
    async with office() as one:
        await one.login()
        text = await shown(one)
        assert "None is kept." in text
        assert "Nobody's was to be revoked of late." in text


@pytest.mark.parametrize(
    ("changes", "word", "is_gone"),
    [
        ({}, "acme revoked", True),
        ({"ends_at": NOW}, "acme had ended before", True),
        ({"is_down": True}, "acme not revoked, and kept provider_unavailable: no answer from revoke", False),
    ],
    ids=["revoked", "ended", "down"],
)
async def test_what_became_of_a_token_is_shown_and_whether_it_is_still_there(
    changes: dict[str, Any], word: str, is_gone: bool
) -> None:
    async with office(KEEPS, acme=acme(**changes)) as one:
        await one.login()
        await one.wire.exchange.subjects.erase(SUBJECT)
        text = await shown(one)
        assert word in text
        assert ("None is kept." in text) is is_gone
        assert ("erased" in text) is not is_gone  # what to do about it
        assert "connection.token_" in await one.text("/")
