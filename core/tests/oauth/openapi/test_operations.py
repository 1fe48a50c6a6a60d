"""What OpenAPI says of an endpoint is what the wire does."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.bench import EVERYTHING, GOOD, Bench
from core.tests.oauth.support import EXCHANGE, SECRET, basic, token_bench
from pydantic import BaseModel

from accredit.oauth.endpoints import ENDPOINTS
from accredit.oauth.grant_types import GRANT_TYPES
from accredit.oauth.openapi import OPERATIONS, Operation
from accredit.oauth.openapi.requests import ExchangeBody, TokenBody
from accredit.oauth.wire import handed, parse

BY_NAME = {operation.name: operation for operation in OPERATIONS}


def test_every_method_of_every_endpoint_is_described_once() -> None:
    described = [(operation.path, operation.method) for operation in OPERATIONS]
    assert len(described) == len(set(described))
    assert set(described) == {(endpoint.path, method) for endpoint in ENDPOINTS for method in endpoint.methods}
    assert len(BY_NAME) == len(OPERATIONS)


def test_operations_of_one_path_stand_together() -> None:
    paths = [operation.path for operation in OPERATIONS]
    assert len(set(paths)) == sum(1 for before, path in zip([None, *paths], paths, strict=False) if path != before)


def test_a_body_describes_the_parameters_that_are_read() -> None:
    of_codes = set(handed._BESIDE_A_CODE)
    assert set(ExchangeBody.model_fields) == set(parse._PARAMETERS) | {"code"} | of_codes
    of_clients = {"client_id", "client_secret", "client_assertion", "client_assertion_type"}
    of_grants = {name for grant_type in GRANT_TYPES for name in grant_type.parameters}
    assert set(TokenBody.model_fields) == {"grant_type"} | of_clients | of_grants | of_codes


def test_a_code_needs_no_access_token_beside_it() -> None:
    ExchangeBody.model_validate({"client_id": "app", "connection": "acme", "code": "x"})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_example_has_what_the_body_needs_and_no_more(operation: Operation) -> None:
    for example in operation.examples.values():
        assert operation.body is not None
        assert set(example) <= set(operation.body.model_fields)
        operation.body.model_validate(example)


@pytest.fixture
async def answers() -> Mapping[str, Any]:
    """One answer of each operation."""
    async with token_bench() as wire:
        return await every_answer(wire)


async def every_answer(wire: Bench) -> Mapping[str, Any]:
    login = (await wire.post(scope=EVERYTHING, state="x")).json()
    bearer = {"Authorization": f"Bearer {login['access_token']}"}
    subject = {"subject_token": "good-token", "subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}
    exchange = {"grant_type": EXCHANGE, "client_id": "app", "connection": "acme", **subject}
    found = {
        "exchange_token": login,
        "token": (await wire.client.post("/oauth/token", data=exchange)).json(),
        "nonce": (await wire.client.post("/oauth/nonce", data={"client_id": "app", "connection": "acme"})).json(),
        "introspect": (
            await wire.client.post(
                "/oauth/introspect", data={"token": login["access_token"]}, headers=basic("svc", SECRET)
            )
        ).json(),
        "userinfo_by_post": (await wire.client.post("/userinfo", data={"access_token": login["access_token"]})).json(),
        "tokeninfo": (await wire.client.post("/tokeninfo", data={"id_token": login["id_token"]})).json(),
    }
    for operation in OPERATIONS:
        if operation.path.startswith("/notices/"):  # a provider's own form, or plain text
            found[operation.name] = b""
        elif operation.method == "GET":
            found[operation.name] = (await wire.client.get(operation.path, headers=bearer)).json()
    found["revoke"] = (await wire.client.post("/oauth/revoke", data={"client_id": "app", "token": "x"})).content
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_answer_has_the_form_that_is_described(operation: Operation, answers: Mapping[str, Any]) -> None:
    answer = answers[operation.name]
    if operation.answer is None:
        assert answer == b""
        return
    model: BaseModel = operation.answer.model_validate(answer)
    assert model.model_dump(exclude_unset=True) == answer
    undescribed = set(answer) - set(operation.answer.model_fields)
    assert undescribed <= {"phone_number", "phone_number_verified"} or operation.name.endswith(
        ("configuration", "server")
    )


async def test_an_answer_of_a_token_that_is_no_good_is_described(answers: Mapping[str, Any]) -> None:
    model = BY_NAME["introspect"].answer
    assert model is not None
    assert model.model_validate({"active": False}).model_dump(exclude_unset=True) == {"active": False}


async def test_a_refusal_has_the_form_and_the_status_that_are_described() -> None:
    async with token_bench() as wire:
        for operation in OPERATIONS:
            if operation.method != "POST":
                continue
            bad: list[tuple[bytes, str]] = [
                (b"[]", "application/json"),
                (b"x", "text/plain"),
                (b"{}", "application/json"),
            ]
            for content, content_type in bad:
                answer = await wire.client.post(
                    operation.path.format(connection="acme"), content=content, headers={"Content-Type": content_type}
                )
                assert described(operation, answer.status_code, answer.json()), (operation.name, answer.text)
        answer = await wire.client.post("/oauth/access_token", json={**GOOD, "access_token": "unknown"})
        assert described(BY_NAME["exchange_token"], answer.status_code, answer.json())


def described(operation: Operation, status: int, body: Any) -> bool:
    examples = operation.responses[status]["content"]["application/json"]["examples"]
    return body in [example["value"] for example in examples.values()]
