"""`POST /oauth/nonce`: what it gives out, to whom, and who knows it again."""

from typing import Any

import pytest
from core.tests.bench import NOW, Bench, assert_refused, bench, signing_key
from core.tests.oauth.presented import ORIGIN, call

from accredit.errors import ExchangeError, InvalidProviderToken, SignsElsewhere
from accredit.exchange.nonces import IssuedNonce, Nonces
from accredit.keys import SigningKeys
from accredit.keys.published import PublishedKey

PATH = "/oauth/nonce"
NOT_OURS = "nonce was not issued here for this client and connection"


async def ask(wire: Bench, headers: dict[str, str] | None = None, **parameters: Any) -> Any:
    return await call(wire, PATH, headers or {}, **{"client_id": "app", "connection": "acme", **parameters})


async def nonce_of(wire: Bench, **parameters: Any) -> str:
    response = await ask(wire, **parameters)
    assert response.status_code == 200, response.text
    return str(response.json()["nonce"])


def nonces(*keys: Any, now: int = NOW, encryption_keys: tuple[bytes, ...] = (), issuer: str = "https://us/") -> Nonces:
    ring = SigningKeys(keys or [signing_key()])
    return Nonces(issuer=issuer, keys=lambda: ring, encryption_keys=encryption_keys, clock=lambda: now)


async def test_a_client_gets_a_fresh_nonce_that_nobody_may_store(wire: Bench) -> None:
    response = await ask(wire, ORIGIN)

    assert response.status_code == 200
    assert set(response.json()) == {"nonce", "expires_in"}
    assert response.json()["expires_in"] == 600
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    nonce = response.json()["nonce"]
    assert len(nonce) == 52
    assert nonce != await nonce_of(wire)
    assert wire.exchange.engine.nonces.read(nonce, "app", "acme").expires_at == NOW + 600
    assert wire.storage.kept == {}
    line = wire.log.events()[0][1]
    assert (line["event"], line["client_id"], line["connection"]) == ("nonce.issued", "app", "acme")
    assert nonce not in repr(wire.log.lines)


@pytest.mark.parametrize(
    ("changed", "status", "error", "description"),
    [
        ({"client_id": ""}, 400, "invalid_request", "missing client_id parameter"),
        ({"connection": ""}, 400, "invalid_request", "missing connection parameter"),
        ({"client_id": ["app"]}, 400, "invalid_request", "invalid client_id parameter"),
        ({"connection": "a" * 257}, 400, "invalid_request", "invalid connection parameter"),
        ({"client_id": "nobody"}, 403, "unauthorized_client", "invalid client"),
        ({"connection": "none"}, 400, "invalid_request", "the connection was not found"),
        ({"connection": "off"}, 400, "invalid_request", "the connection was disabled"),
        ({"connection": "acme-game"}, 400, "invalid_request", "the connection was disabled"),
    ],
)
async def test_nobody_else_gets_one(
    wire: Bench, changed: dict[str, Any], status: int, error: str, description: str
) -> None:
    assert_refused(await ask(wire, **changed), status, error, description)
    [(_, line)] = wire.log.events()
    assert line["event"] == "nonce.refused"
    assert "connection" not in line


async def test_too_many_calls_of_one_client_are_refused() -> None:
    async with bench({"limits": {"enabled": True, "client": "2/minute"}}) as wire:
        answers = [(await ask(wire)).status_code for _ in range(3)]

        assert answers == [200, 200, 429]


async def test_it_is_asked_by_post_alone(wire: Bench) -> None:
    assert_refused(await wire.client.get(PATH), 405, "method_not_allowed", "use POST")


async def test_the_discovery_document_names_the_endpoint(wire: Bench) -> None:
    document = (await wire.client.get("/.well-known/openid-configuration")).json()

    assert document["nonce_endpoint"] == "https://login.example.com/oauth/nonce"


async def test_hosts_get_one_without_the_wire(wire: Bench) -> None:
    nonce = await wire.exchange.issue_nonce(client_id="app", connection="acme")

    assert wire.exchange.engine.nonces.read(nonce, "app", "acme")
    for client_id, connection in (("nobody", "acme"), ("app", "off"), ("app", "none"), ("app", "acme-game")):
        with pytest.raises(ExchangeError):
            await wire.exchange.issue_nonce(client_id=client_id, connection=connection)


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("client_id", "connection"), [("app", "globex"), ("other", "acme"), ("App", "acme"), ("ap", "pacme"), ("", "")]
)
def test_another_clients_or_connections_nonce_is_none_of_ours(client_id: str, connection: str) -> None:
    nonce = nonces().issue("app", "acme")

    assert nonces().read(nonce, "app", "acme")
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces().read(nonce, client_id, connection)


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    "change",
    [
        lambda nonce: "",
        lambda nonce: nonce[:-1],
        lambda nonce: nonce + "A",
        lambda nonce: nonce + "=" * 4,
        lambda nonce: nonce[:25] + ("B" if nonce[25] != "B" else "C") + nonce[26:],
        lambda nonce: nonce[:-1] + ("B" if nonce[-1] != "B" else "C"),
        lambda nonce: "." + nonce[1:],
        lambda nonce: "é" + nonce[1:],
        lambda nonce: "A" * 52,
    ],
    ids=["empty", "cut", "longer", "padded", "another time", "another mac", "no base64", "no ASCII", "zeros"],
)
def test_an_altered_nonce_is_none_of_ours(change: Any) -> None:
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces().read(change(nonces().issue("app", "acme")), "app", "acme")


def test_another_issuers_nonce_is_none_of_ours_though_it_shares_the_keys() -> None:
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces(issuer="https://them/").read(nonces().issue("app", "acme"), "app", "acme")


def test_it_lives_ten_minutes() -> None:
    nonce = nonces().issue("app", "acme")

    assert isinstance(nonces(now=NOW + 599).read(nonce, "app", "acme"), IssuedNonce)
    with pytest.raises(InvalidProviderToken, match="has expired"):
        nonces(now=NOW + 600).read(nonce, "app", "acme")


@pytest.mark.threat(56)
def test_one_that_was_made_before_the_clock_was_put_back_is_refused() -> None:
    nonce = nonces().issue("app", "acme")

    assert nonces(now=NOW - 60).read(nonce, "app", "acme")
    with pytest.raises(InvalidProviderToken, match="in the future"):
        nonces(now=NOW - 61).read(nonce, "app", "acme")


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_nodes_know_it_again_while_keys_are_rotated(alg: str) -> None:
    old, new = signing_key(), signing_key(alg)
    other = signing_key("RS256" if alg == "EdDSA" else "EdDSA")
    of_old = nonces(new, old).issue("app", "acme")  # the last one signs; the other one is next
    of_new = nonces(old, new).issue("app", "acme")

    for ring in ((new, old), (old, new)):
        assert nonces(*ring).read(of_old, "app", "acme")
        assert nonces(*ring).read(of_new, "app", "acme")
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces(other).read(of_new, "app", "acme")


def test_keys_that_change_in_a_running_process_are_taken_over() -> None:
    rings = [SigningKeys([signing_key("EdDSA")]), SigningKeys([signing_key()])]
    one = Nonces(issuer="https://us/", keys=lambda: rings[-1], encryption_keys=(), clock=lambda: NOW)
    nonce = one.issue("app", "acme")
    assert one.read(nonce, "app", "acme")
    rings.pop()

    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        one.read(nonce, "app", "acme")


def test_where_keys_are_elsewhere_the_encryption_keys_of_the_settings_make_it() -> None:
    elsewhere = PublishedKey(signing_key().public_jwk())
    first, second = b"1" * 32, b"2" * 32
    left_behind = signing_key("EdDSA")
    nonce = nonces(left_behind, elsewhere, encryption_keys=(first,)).issue("app", "acme")

    assert nonces(elsewhere, encryption_keys=(second, first)).read(nonce, "app", "acme")
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces(elsewhere, encryption_keys=(second,)).read(nonce, "app", "acme")
    with pytest.raises(InvalidProviderToken, match=NOT_OURS):
        nonces(left_behind, encryption_keys=(first,)).read(nonce, "app", "acme")


def test_a_node_with_neither_makes_and_knows_none() -> None:
    elsewhere = nonces(PublishedKey(signing_key().public_jwk()))

    with pytest.raises(SignsElsewhere):
        elsewhere.issue("app", "acme")
    with pytest.raises(SignsElsewhere):
        elsewhere.read(nonces().issue("app", "acme"), "app", "acme")


def test_the_secret_of_a_key_is_neither_the_key_nor_that_of_another_purpose() -> None:
    derived = signing_key().derived(b"one")

    assert len(derived) == 32
    assert len({derived, signing_key().derived(b"two"), signing_key("EdDSA").derived(b"one")}) == 3
