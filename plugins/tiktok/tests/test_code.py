"""What comes of an authorization code, and what is asked to learn it."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from accredit import ProviderToken
from accredit.audience import CodeExchanged
from accredit.errors import (
    CredentialReused,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
)
from accredit.models import Identity
from accredit.testing import exchange_for
from accredit_tiktok.simulator import CLIENT_SECRET, TikTokSimulator
from accredit_tiktok.simulator.tokens import CALLBACK, CLIENT_KEY, LIFE_S, VERIFIER

Verify = Callable[..., Awaitable[Identity]]
ADA = "7a8b1000000000000001-open"


async def test_code_logs_in_by_what_the_exchange_proves(verify: Verify, now: int) -> None:
    identity = await verify()
    assert (identity.user_id, identity.audience) == (ADA, CodeExchanged(CLIENT_KEY))
    assert identity.expires_at == now + LIFE_S
    assert identity.provider_scopes == {"user.info.basic", "user.info.profile"}
    assert identity.alternate_ids == {"union_id": "5c6d1000000000000001-union"}
    claims = identity.profile.claims()
    assert (claims["name"], claims["preferred_username"]) == ("Ada Lovelace", "ada")
    assert "email" not in claims


async def test_code_and_secret_travel_in_a_form_and_the_new_token_in_a_header(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    await verify()
    exchanged, user = requests
    assert (exchanged.method, exchanged.url.path, exchanged.url.query) == ("POST", "/v2/oauth/token/", b"")
    assert dict(parse_qsl(exchanged.content.decode())) == {
        "client_key": CLIENT_KEY,
        "client_secret": CLIENT_SECRET,
        "code": "sim-good-ada",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    assert (user.method, user.url.path) == ("GET", "/v2/user/info/")
    assert dict(user.url.params) == {"fields": "open_id,union_id,avatar_url,avatar_large_url,display_name,username"}
    assert user.headers["authorization"] == "Bearer act.sim-good-ada"


async def test_code_arrives_at_tiktok_letter_for_letter(verify: Verify, requests: list[httpx.Request]) -> None:
    code = "wFPH5De-aD_3l6*0!6410.va%2A+&="
    with pytest.raises(InvalidProviderToken):
        await verify(code)
    assert dict(parse_qsl(requests[0].content.decode()))["code"] == code


async def test_code_in_access_token_is_a_code_and_so_is_one_that_looks_like_a_jwt() -> None:
    extras = {"code_verifier": VERIFIER, "redirect_uri": CALLBACK}
    async with exchange_for(TikTokSimulator()) as exchange:
        identity = await exchange.verify("tiktok", ProviderToken.of("sim-good-ada", extras=extras))
        assert identity.user_id == ADA
        strategy = exchange.engine.connections["tiktok"].strategy
        assert strategy.kind_of("e30.e30.x") == strategy.kind_of("act.x") == "code"


async def test_code_is_good_once() -> None:
    extras = {"code_verifier": VERIFIER, "redirect_uri": CALLBACK}
    async with exchange_for(TikTokSimulator()) as exchange:
        await exchange.verify("tiktok", ProviderToken.of("sim-good-ada.7", extras=extras))
        with pytest.raises(CredentialReused):
            await exchange.verify("tiktok", ProviderToken.of("sim-good-ada.7", extras=extras))
        await exchange.verify("tiktok", ProviderToken.of("sim-good-ada.8", extras=extras))


# What binds a code


@pytest.mark.threat(1)
async def test_code_of_another_app_is_refused(verify: Verify, requests: list[httpx.Request]) -> None:
    with pytest.raises(InvalidProviderToken, match="invalid_grant"):
        await verify("sim-foreign-ada")
    assert len(requests) == 1


@pytest.mark.parametrize("change", [{"client_secret": "wrong"}, {"client_key": CLIENT_KEY[:-1]}])
async def test_key_and_secret_that_tiktok_does_not_know_are_the_operators_fault(
    verify: Verify, change: dict[str, str]
) -> None:
    with pytest.raises(ProviderMisconfigured):
        await verify(**change)


@pytest.mark.parametrize("verifier", ["x" * 43, VERIFIER[:-1], VERIFIER.upper()])
async def test_code_of_a_login_that_another_device_has_begun_is_refused(verify: Verify, verifier: str) -> None:
    with pytest.raises(InvalidProviderToken, match="invalid_request"):
        await verify(verifier=verifier)


async def test_code_without_a_verifier_is_refused_unless_the_operator_lets_it_pass(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    with pytest.raises(MissingParameter):
        await verify("sim-web-ada", verifier=None)
    assert requests == []
    assert (await verify("sim-web-ada", verifier=None, require_pkce=False)).user_id == ADA
    assert "code_verifier" not in requests[0].content.decode()


async def test_code_of_a_login_with_a_challenge_takes_a_verifier_whatever_the_operator_says(verify: Verify) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(verifier=None, require_pkce=False)


async def test_code_without_a_redirect_uri_is_refused_before_it_is_used(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    with pytest.raises(MissingParameter):
        await verify(redirect_uri=None)
    assert requests == []


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{CALLBACK}/", CALLBACK.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(
    verify: Verify, requests: list[httpx.Request], redirect_uri: str
) -> None:
    with pytest.raises(InvalidParameter):
        await verify(redirect_uri=redirect_uri)
    assert requests == []


async def test_redirect_uri_of_another_login_is_refused_by_tiktok(verify: Verify) -> None:
    other = "https://app.example.com/other"
    with pytest.raises(InvalidProviderToken, match="invalid_grant"):
        await verify(redirect_uri=other, redirect_uris=[CALLBACK, other])


@pytest.mark.threat(10)
async def test_nonce_is_compared_with_none_since_there_is_no_id_token(verify: Verify) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(nonce="n-0S6_WzA2Mj")


@pytest.mark.parametrize("failing", [{"token": (503, b"")}, {"user": (503, b"")}])
async def test_exchange_is_never_made_twice(
    verify: Verify, requests: list[httpx.Request], failing: dict[str, tuple[int, bytes]]
) -> None:
    with pytest.raises(ProviderUnavailable):
        await verify(**failing, limits={"provider_retries": 2})
    assert [one.url.path for one in requests].count("/v2/oauth/token/") == 1


# The user


async def test_user_is_asked_for_what_is_allowed_and_nothing_else(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    identity = await verify("sim-basic-ada")
    assert "username" not in requests[1].url.params["fields"]
    assert "preferred_username" not in identity.profile.claims()


async def test_user_who_allows_nothing_but_the_id_is_not_asked_for(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    identity = await verify("sim-id_alone-ada")
    assert (identity.user_id, identity.profile.claims(), identity.alternate_ids) == (ADA, {}, {})
    assert len(requests) == 1


@pytest.mark.threat(8)
@pytest.mark.parametrize("open_id", [..., None, "", 1, ADA.upper(), f"{ADA} ", ADA[:-1], [ADA]])
async def test_user_who_is_not_the_one_of_the_exchange_is_refused(verify: Verify, open_id: object) -> None:
    with pytest.raises(ProviderUnavailable, match="user/info: the user is not"):
        await verify(user={"open_id": open_id})


@pytest.mark.parametrize("union_id", [..., None, ""])
async def test_user_without_a_union_id_has_none(verify: Verify, union_id: object) -> None:
    assert (await verify(user={"union_id": union_id})).alternate_ids == {}


@pytest.mark.parametrize("union_id", [1, True, "a b", "a|b", "x" * 201, ["u"]])
async def test_union_id_that_is_no_id_is_nonsense(verify: Verify, union_id: object) -> None:
    with pytest.raises(ProviderUnavailable, match="union_id"):
        await verify(user={"union_id": union_id})


# The answer of the exchange


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("access_token", value) for value in (..., None, "", 1, "a b", "a\n", "x" * 2049)),
        *(("open_id", value) for value in (..., None, "", 1, "a b", "a|b", "x" * 201)),
        *(("scope", value) for value in (..., None, 1, ["user.info.basic"])),
        *(("expires_in", value) for value in (..., None, "7200", 7200.0, True, 0, -1, 10**9)),
    ],
)
async def test_new_token_of_a_wrong_form_is_nonsense(verify: Verify, field: str, value: object) -> None:
    with pytest.raises(ProviderUnavailable, match=r"oauth/token: "):
        await verify(token={field: value})


async def test_life_of_the_token_is_the_one_that_is_said(verify: Verify, now: int) -> None:
    assert (await verify(token={"expires_in": 86_400})).expires_at == now + 86_400


@pytest.mark.parametrize(
    "scope", ["user.info.basic,video.list", "user.info.basic video.list", " user.info.basic,,video.list,"]
)
async def test_scopes_are_separated_by_commas_or_blanks(verify: Verify, scope: str) -> None:
    assert (await verify(token={"scope": scope})).provider_scopes == {"user.info.basic", "video.list"}
