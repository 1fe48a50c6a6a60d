"""Real OpenID servers: Ada logs in at their own pages, and her app, with what it got there, at Accredit."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.clients.service import APP, served
from tests.oidc.servers import BASIC, FOREIGN, PUBLIC, SERVERS, Server
from tests.oidc.visit import Visit

from accredit import Verifier
from accredit.credentials import AccessToken, Credential, IdToken
from accredit.errors import WrongAudience

DEAD = "invalid access_token: invalid_token"


@pytest.fixture(scope="module", params=list(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with SERVERS[request.param](tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def accredit(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Accredit with a connection for each of our clients, and one without a secret."""
    connections: dict[str, dict[str, Any]] = {name: server.settings(name) for name in server.knows}
    connections["bare"] = server.settings(client_secret=None)
    connections = {name: {**table, "namespace": name} for name, table in connections.items()}
    folder: Path = tmp_path_factory.mktemp("accredit")
    with served(connections, folder) as service:
        context = ssl.create_default_context(cafile=str(service.authority))
        with httpx.Client(base_url=service.url, verify=context, timeout=30) as client:
            yield client


@pytest.fixture
def visit(server: Server) -> Iterator[Visit]:
    with httpx.Client(timeout=30) as client:
        yield Visit(server, client)


def post(accredit: httpx.Client, connection: str = BASIC, **parameters: str) -> httpx.Response:
    known = {"client_id": APP, "connection": connection, "scope": "openid profile email"}
    return accredit.post("/oauth/access_token", json={**known, **parameters})


def claims(accredit: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    found: dict[str, Any] = accredit.get("/userinfo", headers=bearer).json()
    return found


def sentence(answer: httpx.Response) -> str:
    assert answer.status_code == 401, answer.text
    return str(answer.json()["error_description"])


def test_a_code_logs_in_by_each_way_to_prove_ourselves_and_is_good_once(
    server: Server, accredit: httpx.Client, visit: Visit
) -> None:
    for client_id in server.knows:
        login = visit.log_in(client_id)
        found = claims(accredit, post(accredit, client_id, **login.parameters))
        assert found["sub"] == f"{client_id}|{server.subject}"
        assert (found["name"].endswith("Lovelace"), found["email"]) == (True, "ada@example.com")
        assert sentence(post(accredit, client_id, **login.parameters)) == DEAD


def test_a_code_that_the_app_has_used_itself_is_refused(accredit: httpx.Client, visit: Visit) -> None:
    login = visit.log_in()
    visit.exchange(login)
    assert sentence(post(accredit, **login.parameters)) == DEAD


def test_a_code_of_another_app_is_refused(accredit: httpx.Client, visit: Visit) -> None:
    assert sentence(post(accredit, **visit.log_in(FOREIGN).parameters)) == DEAD


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "v" * 43}, {"nonce": "another"}], ids=lambda one: next(iter(one))
)
def test_a_code_with_another_verifier_or_nonce_is_refused(
    accredit: httpx.Client, visit: Visit, changes: dict[str, str]
) -> None:
    assert sentence(post(accredit, **{**visit.log_in().parameters, **changes})) == DEAD


def test_a_code_without_its_verifier_is_refused(accredit: httpx.Client, visit: Visit) -> None:
    answer = post(accredit, **{name: one for name, one in visit.log_in().parameters.items() if name != "code_verifier"})
    assert (answer.status_code, answer.json()["error_description"]) == (400, "missing code_verifier parameter")


def test_a_code_of_a_public_client_is_bound_by_its_verifier(accredit: httpx.Client, visit: Visit) -> None:
    parameters = visit.log_in(PUBLIC).parameters
    answer = post(accredit, PUBLIC, **{**parameters, "code_verifier": "v" * 43})
    assert sentence(answer) == DEAD
    answer = post(accredit, PUBLIC, **{name: one for name, one in parameters.items() if name != "code_verifier"})
    assert (answer.status_code, answer.json()["error_description"]) == (400, "missing code_verifier parameter")


def test_tokens_of_two_logins_are_not_put_together_where_the_server_ties_them(
    server: Server, accredit: httpx.Client, visit: Visit
) -> None:
    login = visit.log_in()
    tokens, others = visit.exchange(login), visit.exchange(visit.log_in())
    both = {"access_token": others["access_token"], "id_token": tokens["id_token"]}
    answer = post(accredit, "bare", **both, nonce=login.nonce)
    if server.states_at_hash:
        assert sentence(answer) == DEAD
    else:  # both are Ada's
        assert claims(accredit, answer)["sub"] == f"bare|{server.subject}"


def test_an_id_token_logs_in_alone_or_beside_its_access_token(
    server: Server, accredit: httpx.Client, visit: Visit
) -> None:
    login = visit.log_in()
    tokens = visit.exchange(login)
    alone = claims(accredit, post(accredit, "bare", access_token=tokens["id_token"], nonce=login.nonce))
    assert alone["sub"] == f"bare|{server.subject}"
    both = {"access_token": tokens["access_token"], "id_token": tokens["id_token"]}
    beside = claims(accredit, post(accredit, "bare", **both, nonce=login.nonce))
    assert (beside["sub"], beside["email"]) == (f"bare|{server.subject}", "ada@example.com")
    assert sentence(post(accredit, "bare", access_token=tokens["id_token"], nonce="another")) == DEAD
    assert sentence(post(accredit, "bare", access_token=tokens["access_token"])) == DEAD


async def test_tokens_of_another_app_are_refused_as_such(server: Server, visit: Visit) -> None:
    login = visit.log_in(FOREIGN)
    tokens = visit.exchange(login)
    handed: list[Credential] = [
        IdToken.of(tokens["id_token"], nonce=login.nonce),
        AccessToken.of(tokens["access_token"], id_token=tokens["id_token"], nonce=login.nonce),
    ]
    if server.introspects:
        handed.append(AccessToken.of(tokens["access_token"]))
    async with Verifier(connections={BASIC: server.settings()}) as verifier:
        for one in handed:
            with pytest.raises(WrongAudience):
                await verifier.verify(BASIC, one)


def test_an_access_token_alone_logs_in_where_the_server_tells_for_whom_it_is(
    server: Server, accredit: httpx.Client, visit: Visit
) -> None:
    answer = post(accredit, access_token=visit.exchange(visit.log_in())["access_token"])
    if server.introspects:
        assert claims(accredit, answer)["sub"] == f"{BASIC}|{server.subject}"
    else:
        assert answer.status_code == 503
