"""The hunt at the token endpoint: no mark that was sent comes to light anywhere but in the answer that owes it."""

import json
from typing import Any

import pytest
from core.tests.bench import NOW, Bench
from core.tests.oauth.support import EXCHANGE, ask, assertion_key, basic, hash_of, log_in, refresh, token_bench

MARK = "mArKeD"
RIGHT = f"acs_{MARK}{'-right'.ljust(37, '0')}"
SETTINGS = {"clients": {"hidden": {"secret_hash": hash_of(RIGHT), "scopes": ["read:orders"]}}}
MACHINE = {"grant_type": "client_credentials"}
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLAIMS = {"iss": "signer", "sub": "signer", "aud": "https://login.example.com/", "exp": NOW + 9, "jti": MARK}
CALLS: dict[str, tuple[dict[str, str], dict[str, Any], int]] = {
    "right secret": (basic("hidden", RIGHT), MACHINE, 200),
    "wrong secret": (basic("hidden", f"{MARK}-wrong"), MACHINE, 401),
    "in the body": ({}, {**MACHINE, "client_id": "hidden", "client_secret": RIGHT}, 200),
    "in the wrong field": ({}, {**MACHINE, "client_id": RIGHT, "client_secret": "x"}, 401),
    "in the grant type": ({}, {"grant_type": RIGHT, "client_id": "hidden"}, 400),
    "of a public client": ({}, {**MACHINE, "client_id": "app", "client_secret": MARK}, 401),
    "twice": (basic("hidden", MARK), {**MACHINE, "client_secret": MARK}, 400),
    "unreadable": ({"Authorization": f"Basic {MARK}"}, MACHINE, 401),
    "no assertion": ({}, {**MACHINE, "client_assertion": MARK, "client_assertion_type": TYPE}, 401),
    "assertion": (
        {},
        {
            **MACHINE,
            "client_assertion": assertion_key().sign({**CLAIMS, "aud": MARK}, typ="JWT"),
            "client_assertion_type": TYPE,
        },
        401,
    ),
    "unknown refresh token": ({}, {"grant_type": "refresh_token", "client_id": "app", "refresh_token": MARK}, 403),
    "too long": ({}, {"grant_type": "refresh_token", "client_id": "app", "refresh_token": MARK * 1000}, 400),
    "subject token": (
        {},
        {
            "grant_type": EXCHANGE,
            "client_id": "app",
            "connection": "acme",
            "subject_token": MARK,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        },
        401,
    ),
    "subject token type": (
        {},
        {"grant_type": EXCHANGE, "client_id": "app", "subject_token": MARK, "subject_token_type": MARK},
        400,
    ),
}


def everything_told(wire: Bench) -> str:
    return json.dumps([line for _, line in wire.log.lines]) + repr(wire.events)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.threat(33)
async def test_no_secret_comes_to_light(name: str) -> None:
    headers, body, status = CALLS[name]
    async with token_bench(SETTINGS) as wire:
        response = await ask(wire, headers, **body)

    assert response.status_code == status, response.text
    assert wire.log.lines
    for told in (everything_told(wire), response.text, repr(response.headers)):
        assert MARK not in told
        assert MARK.lower() not in told.lower()


@pytest.mark.threat(33)
async def test_our_own_tokens_are_in_the_answer_only(wire: Bench) -> None:
    login = await log_in(wire)
    answer = (await refresh(wire, login["refresh_token"])).json()
    await refresh(wire, login["refresh_token"])
    kept = everything_told(wire) + repr(vars(wire.storage))

    for body in (login, answer):
        for name in ("access_token", "id_token", "refresh_token"):
            assert body[name] not in kept
