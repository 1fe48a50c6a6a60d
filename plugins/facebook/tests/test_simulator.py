"""The simulated Facebook is as strict as the real one, and answers in its shapes."""

import hmac
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET, FOREIGN_APP_ID, FOREIGN_APP_SECRET
from accredit_facebook.simulator.id_tokens import JWKS_PATH

GOOD = "EAAsim-good-ada"
APP_TOKEN = f"{APP_ID}|{APP_SECRET}"


@pytest.fixture
async def http(simulator: FacebookSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=simulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as client:
        yield client


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _proof(secret: str, token: str) -> str:
    return hmac.digest(secret.encode(), token.encode(), "sha256").hex()


def _code(answer: httpx.Response) -> tuple[int, int, int | None]:
    error = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
    return answer.status_code, error["code"], error.get("error_subcode")


async def _inspect(http: httpx.AsyncClient, token: str, app_token: str = APP_TOKEN) -> httpx.Response:
    return await http.get("/v25.0/debug_token", params={"input_token": token}, headers=_bearer(app_token))


async def _me(http: httpx.AsyncClient, token: str, **params: str) -> httpx.Response:
    params = {"appsecret_proof": _proof(APP_SECRET, token), **params}
    return await http.get("/v25.0/me", params=params, headers=_bearer(token))


# -- debug_token


async def test_debug_token_describes_a_good_token(http: httpx.AsyncClient, now: int) -> None:
    answer = await _inspect(http, GOOD)
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "app_id": APP_ID,
            "type": "USER",
            "application": "Sample App",
            "data_access_expires_at": now + 90 * 86_400,
            "expires_at": now + 60 * 86_400,
            "is_valid": True,
            "issued_at": now - 7200,
            "scopes": ["public_profile", "email"],
            "user_id": "1000000000000001",
        }
    }


async def test_debug_token_takes_the_app_token_from_the_query_too(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v25.0/debug_token", params={"input_token": GOOD, "access_token": APP_TOKEN})
    assert answer.json() == (await _inspect(http, GOOD)).json()


async def test_an_expired_token_is_200_with_the_error_inside_and_no_scopes(http: httpx.AsyncClient, now: int) -> None:
    answer = await _inspect(http, "EAAsim-expired-ada")
    data = answer.json()["data"]
    assert (answer.status_code, data["is_valid"], data["scopes"]) == (200, False, [])
    assert (data["error"]["code"], data["error"]["subcode"], data["expires_at"]) == (190, 463, now - 3600)


async def test_garbage_is_200_and_says_nothing_but_invalid(http: httpx.AsyncClient) -> None:
    answer = await _inspect(http, "EAAsim-good-ad")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "error": {"code": 190, "message": "Invalid OAuth access token."},
            "is_valid": False,
            "scopes": [],
        }
    }


@pytest.mark.parametrize(
    ("app_token", "expected"),
    [
        (f"{APP_ID}|wrong", (400, 190, None)),
        (f"{APP_ID}|{APP_SECRET.upper()}", (400, 190, None)),
        (f"{APP_ID}|{FOREIGN_APP_SECRET}", (400, 190, None)),
        (f"{APP_ID}|", (400, 190, None)),
        (f"42|{APP_SECRET}", (400, 101, None)),
        ("EAAsim-good-grace", (400, 100, None)),
        ("", (400, 104, None)),
    ],
)
async def test_debug_token_wants_the_apps_own_token(
    http: httpx.AsyncClient, app_token: str, expected: tuple[int, int, int | None]
) -> None:
    assert _code(await _inspect(http, GOOD, app_token)) == expected


async def test_another_scheme_than_bearer_is_no_token(http: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Basic {APP_TOKEN}"}
    answer = await http.get("/v25.0/debug_token", params={"input_token": GOOD}, headers=headers)
    assert _code(answer) == (400, 104, None)


@pytest.mark.parametrize("params", [{}, {"input_token": ""}])
async def test_debug_token_wants_an_input_token(http: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await http.get("/v25.0/debug_token", params=params, headers=_bearer(APP_TOKEN))
    assert _code(answer) == (400, 100, None)
    assert answer.json()["error"]["message"] == "(#100) The parameter input_token is required"


async def test_debug_token_does_not_speak_about_another_apps_token(http: httpx.AsyncClient) -> None:
    answer = await _inspect(http, "EAAsim-foreign_app-ada")
    assert _code(answer) == (400, 100, None)
    assert "did not match the Viewing App" in answer.json()["error"]["message"]
    theirs = f"{FOREIGN_APP_ID}|{FOREIGN_APP_SECRET}"
    assert (await _inspect(http, "EAAsim-foreign_app-ada", theirs)).json()["data"]["is_valid"] is True
    assert _code(await _inspect(http, GOOD, theirs)) == (400, 100, None)


async def test_an_app_token_has_no_user(http: httpx.AsyncClient) -> None:
    data = (await _inspect(http, APP_TOKEN)).json()["data"]
    assert (data["type"], data["expires_at"]) == ("APP", 0)
    assert "user_id" not in data


async def test_a_rate_limit_shows_a_full_quota(http: httpx.AsyncClient) -> None:
    answer = await _inspect(http, "EAAsim-app_limited-ada")
    assert _code(answer) == (403, 4, None)
    assert '"call_count": 100' in answer.headers["x-app-usage"]


async def test_a_session_info_token_can_be_inspected_and_used_for_nothing(http: httpx.AsyncClient) -> None:
    data = (await _inspect(http, "EAAsim-session_info-ada")).json()["data"]
    assert (data["is_valid"], data["type"], data["app_id"]) == (True, "USER", APP_ID)
    answer = await _me(http, "EAAsim-session_info-ada")
    assert _code(answer) == (400, 190, None)
    assert answer.json()["error"]["message"] == "Invalid OAuth access token - Debug only access token"


# -- me


async def test_me_shows_the_fields_asked_for(http: httpx.AsyncClient) -> None:
    answer = await _me(http, GOOD, fields="name,email,picture.width(64){url,width}")
    picture = {
        "url": "https://platform-lookaside.fbsbx.com/platform/profilepic/?asid=1000000000000001&height=64&width=64",
        "width": 64,
    }
    assert answer.json() == {
        "id": "1000000000000001",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "picture": {"data": picture},
    }


async def test_a_picture_is_small_and_complete_where_nothing_else_is_asked_for(http: httpx.AsyncClient) -> None:
    picture = (await _me(http, "EAAsim-good-alan", fields="picture")).json()["picture"]["data"]
    assert (picture["width"], picture["height"], picture["is_silhouette"]) == (50, 50, True)
    assert picture["url"].endswith("&height=50&width=50")


@pytest.mark.parametrize("fields", ["", "name,", "picture{url", "picture.width(){url}", "name;email"])
async def test_fields_that_cannot_be_read_are_an_error(http: httpx.AsyncClient, fields: str) -> None:
    assert _code(await _me(http, GOOD, fields=fields)) == (400, 2500, None)


async def test_ended_data_access_shows_in_both_calls(http: httpx.AsyncClient, now: int) -> None:
    ended = "EAAsim-data_access_ended-ada"
    data = (await _inspect(http, ended)).json()["data"]
    assert (data["is_valid"], data["data_access_expires_at"], data["scopes"]) == (
        True,
        now - 3600,
        ["public_profile", "email"],
    )
    assert (await _me(http, ended, fields="name,email")).json() == {"id": "1000000000000001", "name": "Ada Lovelace"}


async def test_a_token_with_a_fault_is_the_same_token_under_its_own_proof(http: httpx.AsyncClient) -> None:
    late = f"{GOOD}~latency-1"
    assert (await _inspect(http, late)).json() == (await _inspect(http, GOOD)).json()
    assert (await _me(http, late)).json() == (await _me(http, GOOD)).json()
    assert _code(await _me(http, late, appsecret_proof=_proof(APP_SECRET, GOOD))) == (400, 100, None)
    assert (await _inspect(http, f"{GOOD}~html")).text.startswith("<!DOCTYPE html>")


async def test_me_shows_id_and_name_where_no_fields_are_asked_for(http: httpx.AsyncClient) -> None:
    assert (await _me(http, GOOD)).json() == {"id": "1000000000000001", "name": "Ada Lovelace"}


async def test_a_field_without_its_permission_is_silently_missing(http: httpx.AsyncClient) -> None:
    assert (await _me(http, "EAAsim-email_declined-ada", fields="id,email,birthday")).json() == {
        "id": "1000000000000001"
    }


async def test_a_field_that_does_not_exist_is_an_error(http: httpx.AsyncClient) -> None:
    assert _code(await _me(http, GOOD, fields="id,shoe_size")) == (400, 100, None)


async def test_me_without_a_token_knows_no_current_user(http: httpx.AsyncClient) -> None:
    assert _code(await http.get("/v25.0/me")) == (400, 2500, None)
    assert _code(await _me(http, APP_TOKEN)) == (400, 2500, None)


async def test_me_cannot_parse_garbage(http: httpx.AsyncClient) -> None:
    assert _code(await _me(http, "garbage")) == (400, 190, None)


async def test_me_wants_a_proof(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v25.0/me", headers=_bearer(GOOD))
    assert _code(answer) == (400, 100, None)
    assert answer.json()["error"]["type"] == "GraphMethodException"
    assert "require an appsecret_proof" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "é",
        _proof("wrong", GOOD),
        _proof(APP_SECRET, "EAAsim-good-grace"),
        _proof(APP_SECRET, GOOD).upper(),
        _proof(APP_SECRET, GOOD)[:-1],
    ],
    ids=["empty", "not ASCII", "wrong secret", "of another token", "upper case", "cut"],
)
async def test_me_wants_the_proof_of_that_very_token(http: httpx.AsyncClient, proof: str) -> None:
    answer = await _me(http, GOOD, appsecret_proof=proof)
    assert _code(answer) == (400, 100, None)
    assert "Invalid appsecret_proof" in answer.json()["error"]["message"]


async def test_our_proof_does_not_fit_another_apps_token(http: httpx.AsyncClient) -> None:
    assert _code(await _me(http, "EAAsim-foreign_app-ada")) == (400, 100, None)
    theirs = _proof(FOREIGN_APP_SECRET, "EAAsim-foreign_app-ada")
    assert (await _me(http, "EAAsim-foreign_app-ada", appsecret_proof=theirs)).json()["id"] == "1000000000000001"


async def test_me_refuses_a_dead_token_with_its_subcode(http: httpx.AsyncClient) -> None:
    assert _code(await _me(http, "EAAsim-expired-ada")) == (400, 190, 463)
    assert _code(await _me(http, "EAAsim-revoked-ada")) == (400, 190, 458)


# -- both


@pytest.mark.parametrize("path", ["debug_token", "me"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_get_is_supported(http: httpx.AsyncClient, path: str, method: str) -> None:
    assert _code(await http.request(method, f"/v25.0/{path}", headers=_bearer(APP_TOKEN))) == (400, 100, 33)


@pytest.mark.parametrize(
    ("asked", "served"), [("v26.0", "v26.0"), ("v21.0", "v21.0"), ("v20.0", "v21.0"), ("v3.2", "v21.0")]
)
async def test_an_ended_version_is_silently_served_by_the_oldest(
    http: httpx.AsyncClient, asked: str, served: str
) -> None:
    answer = await http.get(f"/{asked}/debug_token", params={"input_token": GOOD}, headers=_bearer(APP_TOKEN))
    assert (answer.status_code, answer.headers["facebook-api-version"]) == (200, served)


@pytest.mark.parametrize("version", ["v27.0", "v99.0", "25.0", "v25", "latest"])
async def test_a_version_that_never_was_is_no_path(http: httpx.AsyncClient, version: str) -> None:
    assert _code(await http.get(f"/{version}/me", headers=_bearer(GOOD))) == (400, 2500, None)


async def test_the_key_set_holds_the_public_key_only(http: httpx.AsyncClient, simulator: FacebookSimulator) -> None:
    answer = await http.get(JWKS_PATH)
    [key] = answer.json()["keys"]
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert (key["kty"], key["alg"], key["kid"]) == ("RSA", "RS256", simulator.id_tokens.keys[0].kid)
    assert not {"d", "p", "q"} & key.keys()
    assert (await http.post(JWKS_PATH)).status_code == 405


async def test_tokens_are_the_same_in_every_simulator() -> None:
    def tokens(simulator: FacebookSimulator) -> list[Any]:
        return [(one.value, one.expected) for one in simulator.tokens.values()]

    assert tokens(FacebookSimulator()) == tokens(FacebookSimulator(clock=lambda: 0))
