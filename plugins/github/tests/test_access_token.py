"""What a GitHub token must be to be accepted, and what is asked to learn it."""

import base64
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.audience import AppBound
from accredit.errors import (
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit.profile import Assurance, Email
from accredit_github.simulator import CLIENT_SECRET
from accredit_github.simulator.tokens import CLIENT_ID, FOREIGN_CLIENT_ID

Verify = Callable[..., Awaitable[Identity]]

TOKEN = "gho_sim_good_ada"
ADA = 1_000_000_000_000_001
CHECK, USER, EMAILS = f"/applications/{CLIENT_ID}/token", "/user", "/user/emails"


async def test_good_token_yields_the_identity_with_proof_scopes_and_address(verify: Verify) -> None:
    identity = await verify(TOKEN)

    assert identity.user_id == str(ADA)
    assert identity.audience == AppBound(CLIENT_ID)
    assert identity.expires_at is None
    assert identity.provider_scopes == {"read:user", "user:email"}
    assert identity.profile.email == Email("ada@example.com", Assurance.PROVIDER_ASSERTED)


async def test_token_travels_in_body_and_header_and_our_secret_by_basic(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify(TOKEN)

    check, *gets = requests
    ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert (check.method, check.url.path, check.headers["authorization"]) == ("POST", CHECK, f"Basic {ours}")
    assert json.loads(check.content) == {"access_token": TOKEN}
    assert sorted((one.method, one.url.path, one.headers["authorization"]) for one in gets) == [
        ("GET", USER, f"Bearer {TOKEN}"),
        ("GET", EMAILS, f"Bearer {TOKEN}"),
    ]
    for one in requests:
        assert TOKEN not in str(one.url)
        assert one.headers["user-agent"]
        assert one.headers["x-github-api-version"] == "2022-11-28"


@pytest.mark.parametrize(
    "token",
    [
        *("ghp_sim_personal_ada", "ghs_sim_installation_ada", "ghr_refresh", "github_pat_11A", "GHO_sim_good_ada"),
        *(
            "gho_",
            "gho_ x",
            "gho_\u0021",
            "xgho_sim_good_ada",
            "e72e16c7",
            "E" * 40,
            "g" * 40,
            "a" * 41,
            "gho_" + "a" * 501,
        ),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    ],
)
async def test_what_no_app_gets_for_a_user_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)

    assert requests == []


@pytest.mark.threat(49)
@pytest.mark.parametrize("token", ["gho_garbage", "gho_sim_revoked_ada", "gho_sim_foreign_ada"])
async def test_a_token_that_is_not_ours_is_never_a_failed_login_at_github(
    verify: Verify, requests: list[httpx.Request], token: str
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(token)

    assert [one.url.path for one in requests] == [CHECK]


# The audience


@pytest.mark.threat(2)
@pytest.mark.parametrize(
    "client_id", [CLIENT_ID[:-1], f"{CLIENT_ID}1", CLIENT_ID.lower(), f" {CLIENT_ID}", FOREIGN_CLIENT_ID]
)
async def test_client_id_that_is_not_exactly_ours_is_refused_and_nothing_more_is_asked(
    verify: Verify, requests: list[httpx.Request], client_id: str
) -> None:
    with pytest.raises(WrongAudience):
        await verify(check={"app": {"client_id": client_id}})

    assert [one.url.path for one in requests] == [CHECK]


@pytest.mark.parametrize("app", [..., None, [], CLIENT_ID, {}, {"client_id": None}, {"client_id": [CLIENT_ID]}])
async def test_app_of_a_wrong_type_is_nonsense(verify: Verify, app: object) -> None:
    with pytest.raises(ProviderUnavailable, match="client_id"):
        await verify(check={"app": app})


# The user


@pytest.mark.threat(27)
async def test_id_above_two_to_the_53_stays_exact(verify: Verify) -> None:
    assert (await verify("gho_sim_good_max")).user_id == "9007199254740993"


@pytest.mark.parametrize("user_id", [str(ADA), float(ADA), True, 0, -1, None, [ADA], ...])
async def test_id_that_is_no_whole_number_is_nonsense(verify: Verify, user_id: object) -> None:
    user = {} if user_id is ... else {"id": user_id}
    with pytest.raises(ProviderUnavailable, match=r"user\.id"):
        await verify(check={"user": user})


@pytest.mark.threat(8)
@pytest.mark.parametrize("user_id", [ADA + 1, str(ADA), float(ADA), True, None, ...])
async def test_user_who_is_not_the_tokens_is_refused(verify: Verify, user_id: object) -> None:
    with pytest.raises(ProviderUnavailable, match=r"^user: "):
        await verify(user={"id": user_id})


@pytest.mark.parametrize("user", [None, ...])
async def test_token_without_a_user_is_refused(verify: Verify, user: object) -> None:
    with pytest.raises(InvalidProviderToken, match="no user"):
        await verify(check={"user": user})


@pytest.mark.parametrize("kind", ["Bot", "Organization", "Mannequin", "user", ""])
async def test_account_that_is_no_persons_is_refused(verify: Verify, kind: str) -> None:
    assert (await verify(user={"type": "User"})).user_id == str(ADA)
    with pytest.raises(InvalidProviderToken, match="no person"):
        await verify(user={"type": kind})


@pytest.mark.parametrize("kind", [None, True, ["User"], ...])
async def test_kind_of_account_of_a_wrong_type_is_nonsense(verify: Verify, kind: object) -> None:
    with pytest.raises(ProviderUnavailable, match="type"):
        await verify(user={"type": kind})


# Times and scopes


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2026-11-18T14:26:41Z", 1_795_012_001), ("2026-11-18T15:26:41+01:00", 1_795_012_001), (None, None), (..., None)],
)
async def test_end_is_read_in_any_zone(verify: Verify, written: object, seconds: int | None) -> None:
    assert (await verify(check={"expires_at": written})).expires_at == seconds


@pytest.mark.parametrize("written", ["2026-11-18T11:06:40Z", "2020-01-01T00:00:00Z"])
async def test_token_whose_end_has_come_is_refused(verify: Verify, now: int, written: str) -> None:
    assert now == 1_795_000_000
    with pytest.raises(InvalidProviderToken, match="expires_at"):
        await verify(check={"expires_at": written})


@pytest.mark.parametrize(
    "written",
    [1_900_000_000, "1900000000", "2026-11-18", "2026-11-18T14:26:41", "2026-02-30T00:00:00Z", "never", "", True, []],
)
async def test_end_that_is_no_time_is_nonsense(verify: Verify, written: object) -> None:
    with pytest.raises(ProviderUnavailable, match="expires_at"):
        await verify(check={"expires_at": written})


@pytest.mark.parametrize("scopes", ["user:email", {"user": True}, [1], True])
async def test_scopes_of_a_wrong_type_are_nonsense(verify: Verify, scopes: object) -> None:
    with pytest.raises(ProviderUnavailable, match="scopes"):
        await verify(check={"scopes": scopes})


# The addresses


@pytest.mark.parametrize(
    ("token", "is_asked"),
    [
        ("gho_sim_good_ada", True),
        ("gho_sim_null_scopes_ada", True),
        ("ghu_sim_app_ada", True),
        ("gho_sim_no_scope_ada", False),
    ],
)
async def test_addresses_are_asked_for_unless_the_scopes_say_no(
    verify: Verify, requests: list[httpx.Request], token: str, is_asked: bool
) -> None:
    identity = await verify(token)

    assert (EMAILS in [one.url.path for one in requests]) is is_asked
    assert (identity.profile.email is not None) is is_asked


@pytest.mark.parametrize("status", [403, 404])
async def test_token_that_may_not_ask_for_addresses_logs_in_without_one(verify: Verify, status: int) -> None:
    identity = await verify(emails=(status, {"message": "Not Found", "status": str(status)}))
    assert identity.profile.email is None


@pytest.mark.parametrize("body", [{}, None, "a@example.com", ["a@example.com"], [[]], b"<html>", b""])
async def test_addresses_in_an_unknown_form_are_nonsense(verify: Verify, body: object) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(emails=(200, body))


# Our credentials


@pytest.mark.parametrize("secret", ["wrong", CLIENT_SECRET + "1"])
async def test_wrong_secret_is_the_operators_and_no_users_fault(verify: Verify, secret: str) -> None:
    with pytest.raises(ProviderMisconfigured):
        await verify(TOKEN, client_secret=secret)
