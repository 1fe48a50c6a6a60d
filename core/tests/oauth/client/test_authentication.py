"""Who may call: no proof, a secret by Basic or in the body, and everything else."""

import asyncio
import base64
import json
import threading
from typing import Any
from urllib.parse import quote_plus

import pytest
from core.tests.bench import Bench, assert_refused, bench
from core.tests.oauth.support import (
    CLIENT_ERROR,
    ODD_SECRET,
    SECRET,
    ask,
    ask_by_form,
    assertion_key,
    basic,
    log_in,
    the_line,
)
from core.tests.threads import new_threads

from accredit.keys.jose import PublicKeys, SigningKey
from accredit.settings.client_secret import SecretHash

CHALLENGE = 'Basic realm="oauth", charset="UTF-8"'
TWO = (400, "invalid_request", "more than one way of client authentication")
MACHINE = {"grant_type": "client_credentials"}
ODD = "a b:c%d+é"
RIGHT = basic("svc", SECRET)
ASSERTION = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}


def raw_basic(text: str | bytes) -> dict[str, str]:
    data = text.encode() if isinstance(text, str) else text
    return {"Authorization": f"Basic {base64.b64encode(data).decode()}"}


def unsigned(**claims: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims))
    return ".".join((*parts, "c2ln"))


async def test_a_secret_is_accepted_by_basic_and_in_the_body(wire: Bench) -> None:
    for answer in (
        await ask(wire, basic("svc", SECRET), **MACHINE),
        await ask(wire, basic("svc", SECRET), client_id="svc", **MACHINE),
        await ask_by_form(wire, basic("svc", SECRET), **MACHINE),
        await ask(wire, client_id="svc", client_secret=SECRET, **MACHINE),
        await ask_by_form(wire, client_id="svc", client_secret=SECRET, **MACHINE),
    ):
        assert answer.status_code == 200
        assert "www-authenticate" not in answer.headers


async def test_the_scheme_is_read_in_any_case(wire: Bench) -> None:
    header = basic("svc", SECRET)["Authorization"].replace("Basic ", "bAsIc  ")

    assert (await ask(wire, {"Authorization": header}, **MACHINE)).status_code == 200


async def test_names_and_secrets_are_form_encoded_in_basic(wire: Bench) -> None:
    # A name with a colon could not be sent otherwise. Source: RFC 6749 section 2.3.1.
    assert (await ask(wire, basic(ODD, ODD_SECRET), **MACHINE)).status_code == 200
    encoded = ODD_SECRET.replace("_", "%5F").replace("-", "%2d")
    assert (await ask(wire, raw_basic(f"{quote_plus(ODD)}:{encoded}"), **MACHINE)).status_code == 200
    assert (await ask(wire, client_id=ODD, client_secret=ODD_SECRET, **MACHINE)).status_code == 200
    assert_refused(await ask(wire, raw_basic(f"{ODD}:{ODD_SECRET}"), **MACHINE), *CLIENT_ERROR)


@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), f" {SECRET}", "x" * 512])
async def test_a_wrong_secret_is_refused(wire: Bench, secret: str) -> None:
    by_basic = await ask(wire, basic("svc", secret), **MACHINE)
    assert_refused(by_basic, *CLIENT_ERROR)
    assert by_basic.headers["www-authenticate"] == CHALLENGE
    line = the_line(wire)
    assert (line["event"], line["reason"], line["detail"]) == ("token.refused", "invalid_client", "wrong secret")
    in_body = await ask(wire, client_id="svc", client_secret=secret, **MACHINE)
    assert_refused(in_body, *CLIENT_ERROR)
    assert "www-authenticate" not in in_body.headers


async def test_the_stored_hash_is_no_secret(wire: Bench) -> None:
    stored = wire.exchange.settings.clients["svc"].secret_hash
    assert stored is not None
    response = await ask(wire, client_id="svc", client_secret=stored.get_secret_value(), **MACHINE)

    assert_refused(response, *CLIENT_ERROR)


async def test_another_clients_secret_is_refused(wire: Bench) -> None:
    assert_refused(await ask(wire, basic("svc", ODD_SECRET), **MACHINE), *CLIENT_ERROR)


@pytest.mark.parametrize("grant", ["client_credentials", "refresh_token"])
@pytest.mark.parametrize("client_id", ["svc", "signer"])
async def test_a_confidential_client_without_a_proof_is_refused(wire: Bench, client_id: str, grant: str) -> None:
    response = await ask(wire, grant_type=grant, client_id=client_id, refresh_token="x")

    assert_refused(response, *CLIENT_ERROR)
    assert "www-authenticate" not in response.headers


async def test_an_unknown_client_is_refused_as_a_wrong_secret_is(wire: Bench) -> None:
    assert_refused(await ask(wire, client_id="nobody", **MACHINE), *CLIENT_ERROR)
    assert "client_id" not in the_line(wire)
    by_basic = await ask(wire, basic("nobody", "x"), **MACHINE)
    assert_refused(by_basic, *CLIENT_ERROR)
    assert by_basic.headers["www-authenticate"] == CHALLENGE


async def test_a_public_client_that_sends_a_proof_is_refused(wire: Bench) -> None:
    for response in (
        await ask(wire, grant_type="refresh_token", client_id="app", client_secret="x", refresh_token="x"),
        await ask(wire, basic("app", "x"), grant_type="refresh_token", refresh_token="x"),
        await ask(
            wire,
            grant_type="refresh_token",
            client_assertion=unsigned(sub="app"),
            refresh_token="x",
            **ASSERTION,
        ),
    ):
        assert_refused(response, *CLIENT_ERROR)


async def test_a_proof_of_the_other_kind_is_refused(wire: Bench) -> None:
    assert_refused(await ask(wire, basic("signer", "x"), **MACHINE), *CLIENT_ERROR)
    response = await ask(wire, client_assertion=unsigned(sub="svc"), **ASSERTION, **MACHINE)
    assert_refused(response, *CLIENT_ERROR)


async def test_two_proofs_at_once_are_refused_even_if_both_are_right(wire: Bench) -> None:
    right = basic("svc", SECRET)
    for response in (
        await ask(wire, right, client_id="svc", client_secret=SECRET, **MACHINE),
        await ask(wire, right, client_assertion="x", **ASSERTION, **MACHINE),
        await ask(wire, client_id="svc", client_secret=SECRET, client_assertion="x", **MACHINE),
        await ask(wire, client_id="svc", client_secret=SECRET, **ASSERTION, **MACHINE),
    ):
        assert_refused(response, *TWO)


async def test_a_client_id_beside_the_proof_must_be_the_same(wire: Bench) -> None:
    error = (400, "invalid_request", "invalid client_id parameter")
    assert_refused(await ask(wire, basic("svc", SECRET), client_id="app", **MACHINE), *error)
    response = await ask(wire, client_id="svc", client_assertion=unsigned(sub="signer"), **ASSERTION, **MACHINE)
    assert_refused(response, *error)


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Basic"},
        {"Authorization": "Basic "},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic c3Zj"},  # "svc": no colon
        {"Authorization": "Basic c3ZjOng"},  # "svc:x" without padding
        {"Authorization": RIGHT["Authorization"].replace("c3Zj", "c3 Zj")},
        raw_basic(f":{SECRET}"),
        raw_basic(":"),
        raw_basic(b"svc:\xff"),
        raw_basic("svc:%ff"),
        raw_basic("svc:" + "x" * 513),
        raw_basic("x" * 257 + f":{SECRET}"),
    ],
)
async def test_a_basic_header_that_cannot_be_read_is_refused(wire: Bench, header: dict[str, str]) -> None:
    response = await ask(wire, header, **MACHINE)

    assert_refused(response, *CLIENT_ERROR)
    assert response.headers["www-authenticate"] == CHALLENGE
    assert the_line(wire)["detail"].startswith("the Authorization header ")


async def test_basic_without_a_password_is_a_public_client_and_a_wrong_secret(wire: Bench) -> None:
    # Source: RFC 6749 section 2.3.1: the client secret may be empty.
    tokens = await log_in(wire)
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await ask(wire, raw_basic("app:"), **asked)).status_code == 200

    for client_id in ("svc", "signer", "nobody"):
        response = await ask(wire, raw_basic(f"{client_id}:"), **MACHINE)
        assert_refused(response, *CLIENT_ERROR)
        assert response.headers["www-authenticate"] == CHALLENGE
    assert_refused(await ask(wire, raw_basic("app:"), client_secret="x", **asked), *TWO)


async def test_another_scheme_is_no_proof_and_no_fault(wire: Bench) -> None:
    # Clients of the original service carry management tokens there.
    header = {"Authorization": "Bearer eyJ.eyJ.sig"}

    assert (await ask(wire, header, client_id="svc", client_secret=SECRET, **MACHINE)).status_code == 200
    assert_refused(await ask(wire, header, client_id="svc", **MACHINE), *CLIENT_ERROR)


async def test_credentials_in_the_url_are_not_read(wire: Bench) -> None:
    response = await wire.client.post(
        "/oauth/token", params={"client_id": "svc", "client_secret": SECRET}, json=MACHINE
    )

    assert_refused(response, 400, "invalid_request", "missing client_id parameter")


async def test_nobody_at_all_is_a_request_without_client_id(wire: Bench) -> None:
    assert_refused(await ask(wire, **MACHINE), 400, "invalid_request", "missing client_id parameter")
    assert_refused(
        await ask(wire, client_secret=SECRET, **MACHINE), 400, "invalid_request", "missing client_id parameter"
    )


class Work:
    """Counts hashes that are compared, and signatures that are verified."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self._count(monkeypatch, SecretHash, "matches")
        self._count(monkeypatch, PublicKeys, "verify")

    def _count(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        original = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.done.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    def take(self) -> list[str]:
        """Return what was done since the last time."""
        done, self.done = self.done, []
        return done


@pytest.mark.threat(55)
async def test_a_secret_costs_one_comparison_whoever_it_is_said_to_be_of(
    wire: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    for client_id in ("svc", "nobody", "app", "signer"):
        for secret in ("wrong", SECRET[:-1], "x" * 512):
            assert_refused(await ask(wire, basic(client_id, secret), **MACHINE), *CLIENT_ERROR)
            assert work.take() == ["matches"], client_id


@pytest.mark.threat(55)
async def test_an_assertion_costs_one_verification_whoever_it_is_said_to_be_of(
    wire: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    forger = SigningKey({**SigningKey.generate("ES256").private_jwk(), "kid": assertion_key().public_jwk()["kid"]})
    for client_id in ("signer", "nobody", "app", "svc"):
        forged = forger.sign({"sub": client_id}, typ="JWT")
        assert_refused(await ask(wire, client_assertion=forged, **ASSERTION, **MACHINE), *CLIENT_ERROR)
        assert work.take() == ["verify"], client_id


@pytest.mark.threat(55)
async def test_a_burst_of_wrong_secrets_leaves_no_work_behind(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    # No thread, no queue, no lock: each has been judged when its answer is there, and the right client's is the next.
    threads = threading.enumerate()
    work = Work(monkeypatch)
    answers = await asyncio.gather(*(ask(wire, basic("svc", f"wrong-{number}"), **MACHINE) for number in range(200)))

    assert {answer.status_code for answer in answers} == {401}
    assert len(work.take()) == 200
    assert new_threads(threads) == []
    assert (await ask(wire, basic("svc", SECRET), **MACHINE)).status_code == 200
    assert work.take() == ["matches"]


async def test_where_no_client_has_keys_an_assertion_is_refused_all_the_same() -> None:
    async with bench() as wire:
        response = await ask(wire, client_assertion=unsigned(sub="app"), **ASSERTION, **MACHINE)

        assert_refused(response, *CLIENT_ERROR)
