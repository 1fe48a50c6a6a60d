"""What a Discord token must be to be accepted, and what is asked to learn it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit import Identity, ProviderToken
from accredit.audience import AppBound
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable, WrongAudience
from accredit.profile import Assurance, Email
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_discord.simulator import DiscordSimulator
from accredit_discord.simulator.tokens import CLIENT_ID, FOREIGN_CLIENT_ID

Verify = Callable[..., Awaitable[Identity]]

TOKEN = "sim-good-ada"
ADA = "1000000000000001"
ME, USER = "/api/v10/oauth2/@me", "/api/v10/users/@me"


async def test_good_token_yields_the_identity_with_proof_end_scopes_and_address(verify: Verify) -> None:
    identity = await verify(TOKEN)

    assert identity.user_id == ADA
    assert identity.audience == AppBound(CLIENT_ID)
    assert identity.expires_at == 4_072_818_797
    assert identity.provider_scopes == {"identify", "email"}
    assert identity.profile.email == Email("ada@example.com", Assurance.PROVIDER_ASSERTED)


async def test_token_travels_in_a_header_and_we_say_who_we_are(verify: Verify, requests: list[httpx.Request]) -> None:
    await verify(TOKEN)

    assert [(one.method, one.url.path) for one in requests] == [("GET", ME), ("GET", USER)]
    for one in requests:
        assert one.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str(one.url)
        assert one.headers["user-agent"].startswith("DiscordBot (")


async def test_user_in_part_is_enough_where_no_address_is_open(verify: Verify, requests: list[httpx.Request]) -> None:
    identity = await verify("sim-identify-ada")

    assert [one.url.path for one in requests] == [ME]
    assert (identity.profile.name, identity.profile.email) == ("Ada Lovelace", None)


# The ban for too many refusals


@pytest.mark.threat(49)
@pytest.mark.parametrize("token", [" ", "a b", "a\u0021b", "Bot|x", "a" * 513])
async def test_what_is_no_bearer_token_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)
    assert requests == []


async def test_dead_token_is_shown_to_discord_once(verify: Verify, requests: list[httpx.Request]) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify("a" * 512)
    assert [one.url.path for one in requests] == [ME]


async def test_refused_token_is_not_shown_again_for_ten_minutes() -> None:
    asked: list[str] = []
    now = 0.0

    class Counted(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            return await provider.handle_async_request(request)

    simulator = DiscordSimulator()
    provider = InProcess({BASE_URL: simulator.app()})
    async with exchange_for(
        simulator, connection={"cache_s": 30}, transport=Counted(), monotonic=lambda: now
    ) as exchange:
        for moment, calls in ((0.0, 1), (599.0, 1), (601.0, 2)):
            now = moment
            with pytest.raises(InvalidProviderToken):
                await exchange.verify("discord", ProviderToken.of("sim-revoked-ada"))
            assert len(asked) == calls


# The audience


@pytest.mark.threat(2)
@pytest.mark.parametrize("application_id", [CLIENT_ID[:-1], FOREIGN_CLIENT_ID, "157730590492196865", f"1{CLIENT_ID}"])
async def test_application_that_is_not_exactly_ours_is_refused_and_nothing_more_is_asked(
    verify: Verify, requests: list[httpx.Request], application_id: str
) -> None:
    with pytest.raises(WrongAudience):
        await verify(me={"application": {"id": application_id}})
    assert [one.url.path for one in requests] == [ME]


@pytest.mark.parametrize(
    "application",
    [
        ...,
        None,
        [],
        CLIENT_ID,
        {},
        {"id": None},
        {"id": int(CLIENT_ID)},
        {"id": f"0{CLIENT_ID}"},
        {"id": f"{CLIENT_ID} "},
    ],
)
async def test_application_of_a_wrong_type_is_nonsense(verify: Verify, application: object) -> None:
    with pytest.raises(ProviderUnavailable, match=r"application\.id"):
        await verify(me={"application": application})


# The user


@pytest.mark.threat(27)
async def test_id_above_two_to_the_53_stays_exact(verify: Verify) -> None:
    assert (await verify("sim-good-max")).user_id == "9007199254740993"


@pytest.mark.threat(8)
@pytest.mark.parametrize("user_id", ["1000000000000002", int(ADA), f"0{ADA}", f"{ADA} ", "", None, True, ...])
async def test_user_who_is_not_the_tokens_is_refused(verify: Verify, user_id: object) -> None:
    with pytest.raises(ProviderUnavailable, match="users/@me"):
        await verify(user={"id": user_id})


@pytest.mark.parametrize("user", [[], "ada", {}, {"id": 1}, {"id": "0"}, {"id": "１"}])
async def test_user_without_an_id_is_nonsense(verify: Verify, user: object) -> None:
    with pytest.raises(ProviderUnavailable, match=r"oauth2/@me: the user's id"):
        await verify(me={"user": user})


@pytest.mark.parametrize("user", [None, ...])
async def test_token_without_a_user_lacks_a_permission(verify: Verify, user: object) -> None:
    with pytest.raises(MissingPermission):
        await verify(me={"user": user})


@pytest.mark.parametrize("flag", ["bot", "system"])
@pytest.mark.parametrize("value", [True, "true", "false", 1, 0, None, []])
async def test_user_who_may_be_a_machine_is_refused(verify: Verify, flag: str, value: object) -> None:
    assert (await verify(user={flag: False})).user_id == ADA
    with pytest.raises(InvalidProviderToken, match="no person"):
        await verify(user={flag: value})


# Times and scopes


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2026-11-18T11:06:41+00:00", 1_795_000_001), ("2026-11-18T12:06:41.999999+01:00", 1_795_000_001)],
)
async def test_end_is_read_with_fractions_and_in_any_zone(verify: Verify, written: str, seconds: int) -> None:
    assert (await verify(me={"expires": written})).expires_at == seconds


@pytest.mark.parametrize("written", ["2026-11-18T11:06:40.999+00:00", "2021-01-23T02:33:17.017000+00:00"])
async def test_token_whose_end_has_come_is_refused(verify: Verify, now: int, written: str) -> None:
    assert now == 1_795_000_000
    with pytest.raises(InvalidProviderToken, match="expires"):
        await verify(me={"expires": written})


@pytest.mark.parametrize(
    "written",
    [..., None, 1_900_000_000, "1900000000", "2099-01-23", "2099-01-23T02:33:17", "2099-02-30T00:00:00Z", True],
)
async def test_end_that_is_no_time_is_nonsense(verify: Verify, written: object) -> None:
    with pytest.raises(ProviderUnavailable, match="expires"):
        await verify(me={"expires": written})


@pytest.mark.parametrize("scopes", [..., None, "identify email", {"email": True}, [1]])
async def test_scopes_of_a_wrong_type_are_nonsense(verify: Verify, scopes: object) -> None:
    with pytest.raises(ProviderUnavailable, match="scopes"):
        await verify(me={"scopes": scopes})
