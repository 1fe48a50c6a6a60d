"""What comes of an ID token, and what is told beside it."""

import hashlib
import json
from typing import Any

import pytest

from accredit.audience import JwtAudience
from accredit.credentials import IdToken
from accredit.errors import InvalidParameter, InvalidProviderToken, WrongAudience
from accredit.models import Identity
from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import BUNDLE_ID, FOREIGN, SERVICES_ID
from accredit_apple.simulator.tokens import subject, user_json
from accredit_apple.strategy import AppleStrategy

ADA = person("ada")
NONCE = "a-nonce-of-the-app"


@pytest.fixture
def log_in(connect: Any, apple: AppleSimulator) -> Any:
    async def log_in(
        *, nonce: str | None = None, user: str | None = None, settings: dict[str, Any] | None = None, **changes: object
    ) -> Identity:
        claimed = changes.pop("nonce_", None)
        token = apple.id_tokens.mint(ADA, changes={**changes, "nonce": claimed})
        extras = None if user is None else {"user": user}
        async with connect(**(settings or {})) as (exchange, _, _):
            identity: Identity = await exchange.verify("apple", IdToken.of(token, nonce=nonce, extras=extras))
            return identity

    return log_in


@pytest.mark.threat(1)
@pytest.mark.parametrize("client_id", [BUNDLE_ID, SERVICES_ID])
async def test_native_and_web_apps_of_the_team_log_in_the_same_user(log_in: Any, client_id: str) -> None:
    identity = await log_in(aud=client_id)
    assert (identity.user_id, identity.audience) == (subject(ADA), JwtAudience((client_id,), None))


@pytest.mark.threat(1)
@pytest.mark.parametrize("client_id", [FOREIGN, BUNDLE_ID.upper(), f"{BUNDLE_ID}.", "SIMTEAM001", [BUNDLE_ID, FOREIGN]])
async def test_id_of_another_app_is_refused(log_in: Any, client_id: object) -> None:
    with pytest.raises(WrongAudience):
        await log_in(aud=client_id)


@pytest.mark.threat(1)
async def test_id_that_the_operator_has_not_listed_is_refused(log_in: Any) -> None:
    with pytest.raises(WrongAudience):
        await log_in(aud=SERVICES_ID, settings={"client_ids": [BUNDLE_ID]})


@pytest.mark.parametrize(
    "nonce_",
    [NONCE, hashlib.sha256(NONCE.encode()).hexdigest(), hashlib.sha256(NONCE.encode()).hexdigest().upper()],
    ids=["raw", "hex", "upper"],
)
async def test_nonce_may_be_hashed(log_in: Any, nonce_: str) -> None:
    assert (await log_in(nonce=NONCE, nonce_=nonce_)).user_id == subject(ADA)
    with pytest.raises(InvalidProviderToken):
        await log_in(nonce="another", nonce_=nonce_)
    with pytest.raises(InvalidProviderToken):
        await log_in(nonce_=nonce_)


@pytest.mark.threat(10)
@pytest.mark.parametrize("supported", [False, "false", True])
async def test_token_without_the_nonce_that_was_sent_is_refused_whatever_it_says_of_nonces(
    log_in: Any, supported: object
) -> None:
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await log_in(nonce=NONCE, nonce_supported=supported)
    assert (await log_in(nonce_supported=supported)).user_id == subject(ADA)


@pytest.mark.parametrize(
    ("former", "ids"),
    [("000001.abc.0001", {"transfer_sub": "000001.abc.0001"}), *((one, {}) for one in (None, "", 5, "a b", "a|b"))],
)
async def test_id_at_the_former_team_is_an_alternate_one(log_in: Any, former: object, ids: dict[str, str]) -> None:
    assert dict((await log_in(transfer_sub=former)).alternate_ids) == ids


async def test_names_are_the_clients_word_and_marked_as_that(log_in: Any) -> None:
    identity = await log_in(user=user_json(ADA))
    assert identity.profile.claims() == {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": "ada@example.com",
        "email_verified": True,
    }
    assert identity.facts["client_stated"] == ["given_name", "family_name"]
    assert identity.user_id == subject(ADA)


@pytest.mark.parametrize(
    "user",
    [
        {"email": "evil@example.com"},
        {"sub": "other", "user_id": "other", "name": None},
        {"name": "Ada"},
        {"name": {"firstName": 5, "lastName": None, "given_name": "x"}},
        {},
    ],
)
async def test_nothing_but_names_is_taken_from_the_client(log_in: Any, user: object) -> None:
    identity = await log_in(user=json.dumps(user))
    assert identity.profile.claims() == {"email": "ada@example.com", "email_verified": True}
    assert "client_stated" not in identity.facts


@pytest.mark.parametrize("user", ["", "Ada", "[]", "5", "null", "{", "[" * 4000, "x" * 4097])
async def test_user_that_is_no_object_is_refused(log_in: Any, user: str) -> None:
    with pytest.raises(InvalidParameter) as raised:
        await log_in(user=user)
    assert (raised.value.status, raised.value.description) == (400, "invalid user parameter")


@pytest.mark.parametrize("iss", ["https://account.apple.com", "https://appleid.apple.com/", "appleid.apple.com"])
async def test_only_one_host_of_apples_is_the_issuer(log_in: Any, iss: str) -> None:
    with pytest.raises(InvalidProviderToken, match="iss"):
        await log_in(iss=iss)


@pytest.mark.parametrize("sub", ["a b", "a|b", "é", "1" * 201])
async def test_sub_that_is_no_id_is_refused(log_in: Any, sub: str) -> None:
    with pytest.raises(InvalidProviderToken, match="sub"):
        await log_in(sub=sub)


async def test_notice_is_no_id_token(connect: Any, apple: AppleSimulator) -> None:
    said = json.loads(apple.notice(apple.event("consent-revoked"), sub=subject(ADA)))["payload"]
    async with connect() as (exchange, _, _):
        with pytest.raises(InvalidProviderToken, match="events"):
            await exchange.verify("apple", IdToken.of(said))


def test_types_of_apples_own_say_which_kind_it_is() -> None:
    assert set(AppleStrategy.token_types.values()) == {"id_token", "code"}
