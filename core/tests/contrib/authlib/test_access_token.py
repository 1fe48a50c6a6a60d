"""The seed's endpoint at an Authlib server: the contract's wire, the host's tokens."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.bench import GOOD
from core.tests.contrib.authlib.host import SCOPES, Host, ours
from werkzeug.test import TestResponse, create_environ, run_wsgi_app

from accredit.errors import AccessDenied, ProviderRateLimited, SubjectBlocked
from accredit.settings import LimitSettings

URL = "/oauth/access_token"


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.close()


def post(host: Host, **parameters: Any) -> TestResponse:
    body = {name: value for name, value in {**GOOD, **parameters}.items() if value is not None}
    return host.client.post(URL, json=body, base_url="https://shop.example.com")


def test_a_login_answers_with_the_hosts_own_tokens_and_saves_them(host: Host) -> None:
    response = post(host, scope=SCOPES)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert response.headers["Content-Type"] == "application/json"
    body = response.get_json()
    [token] = host.tokens
    assert body == {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token,
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": SCOPES,
    }
    assert token.user_id == 1
    assert token.client_id == "app"


def test_a_form_logs_in_as_json_does(host: Host) -> None:
    assert host.client.post(URL, data=GOOD, base_url="https://shop.example.com").status_code == 200


def test_the_second_login_of_a_person_is_the_same_user(host: Host) -> None:
    assert [post(host).status_code for _ in range(2)] == [200, 200]
    assert {token.user_id for token in host.tokens} == {1}


def test_scopes_that_the_client_may_not_have_are_dropped_and_the_answer_says_so(host: Host) -> None:
    assert post(host, scope="read:orders write:orders").get_json()["scope"] == "read:orders"
    assert post(host).get_json()["scope"] == ""


def test_scopes_that_the_server_does_not_support_are_dropped_too() -> None:
    host = Host(scopes_supported=["openid"])
    assert post(host, scope=SCOPES).get_json()["scope"] == "openid"
    host.close()


@pytest.mark.parametrize(("client_id", "scope"), [("app", "openid"), ("no-refresh", SCOPES)])
def test_a_refresh_token_needs_the_scope_and_a_client_that_may_have_one(host: Host, client_id: str, scope: str) -> None:
    body = post(host, client_id=client_id, scope=scope).get_json()
    assert "refresh_token" not in body
    assert host.tokens[0].refresh_token is None


def test_the_state_comes_back_and_is_not_saved(host: Host) -> None:
    assert post(host, state="s-1").get_json()["state"] == "s-1"


def test_an_extension_adds_an_id_token_to_the_answer() -> None:
    def extend(grant: Any) -> None:
        grant.register_hook("after_create_token_response", lambda _, response: response[1].update(id_token="a.b.c"))

    host = Host(extensions=[extend])
    assert post(host).get_json()["id_token"] == "a.b.c"
    host.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"access_token": None},
        {"connection": None},
        {"client_id": "nobody"},
        {"client_id": "no-exchange"},
        {"connection": "unheard-of"},
        {"connection": "off"},
        {"access_token": "bad-token"},
        {"access_token": "foreign-token"},
        {"access_token": ["good-token"]},
        {"access_token": "good\r\ntoken"},
        {"connection": "globex", "access_token": "t"},
        {"user_id": "2000"},
        {"audience": "https://elsewhere.example.com"},
        # In two ways wrong: the first in the contract's order is told.
        {"client_id": None, "access_token": None, "connection": None},
        {"client_id": "nobody", "access_token": None},
        {"client_id": "nobody", "connection": "unheard-of"},
        {"client_id": "no-exchange", "connection": "unheard-of"},
        {"connection": "unheard-of", "access_token": "bad-token"},
    ],
    ids=str,
)
def test_what_is_refused_is_refused_in_the_words_and_the_order_of_our_own_endpoint(
    host: Host, changes: dict[str, Any]
) -> None:
    expected = ours(lambda bench: bench.post(**changes))
    response = post(host, **changes)
    assert (response.status_code, response.get_json()) == (expected.status_code, expected.json())
    assert response.headers.get("Cache-Control") == "no-store"
    assert host.tokens == []
    assert host.asked in ([], ["1000"])


def test_a_connection_that_is_not_for_the_client_costs_no_call(host: Host) -> None:
    host.connections = ["globex"]
    response = post(host)
    assert (response.status_code, response.get_json()["error_description"]) == (400, "the connection was disabled")
    assert host.provider.requests == []


def test_a_confidential_client_cannot_log_in_without_a_proof(host: Host) -> None:
    response = post(host, client_id="server")
    assert response.status_code == 403
    assert response.get_json()["error"] == "unauthorized_client"
    assert host.provider.requests == []


def test_linking_by_a_main_access_token_is_refused_not_ignored(host: Host) -> None:
    response = post(host, main_access_token="m")
    assert (response.status_code, response.get_json()["error_description"]) == (
        400,
        "linking identities is not available",
    )
    assert host.asked == []


def test_an_audience_that_the_host_allows_is_let_through(host: Host) -> None:
    host.audiences = ["https://api.example.com"]
    assert post(host, audience="https://api.example.com").status_code == 200
    assert post(host, audience="https://api.example.com/").status_code == 400


def test_a_provider_that_is_down_is_503_with_a_time_to_come_again(host: Host) -> None:
    busy = ProviderRateLimited()
    busy.retry_after_s = 7
    host.refuses = busy
    response = post(host)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
    assert response.get_json()["error"] == "temporarily_unavailable"
    assert host.tokens == []


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [(AccessDenied("staff only"), "staff only"), (SubjectBlocked(), "user is blocked")],
)
def test_a_host_refuses_in_its_own_words(host: Host, refusal: AccessDenied, sentence: str) -> None:
    host.refuses = refusal
    response = post(host)
    assert (response.status_code, response.get_json()) == (
        401,
        {"error": "unauthorized", "error_description": sentence},
    )
    assert host.tokens == []


@pytest.mark.parametrize("nobody", [None, False, "", 0])
def test_what_is_no_user_gets_no_token(host: Host, monkeypatch: pytest.MonkeyPatch, nobody: Any) -> None:
    monkeypatch.setattr(host, "user_for", lambda _: nobody)
    assert (post(host).status_code, post(host).get_json()["error_description"]) == (401, "user is not linked")
    assert host.tokens == []


def test_a_person_whom_the_host_does_not_know_is_refused(host: Host) -> None:
    host.knows_new_users = False
    assert (post(host).status_code, post(host).get_json()["error_description"]) == (401, "user is not linked")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"client_id": "app", "client_id": "app"}', "application/json"),
        (b"client_id=app&client_id=app", "application/x-www-form-urlencoded"),
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b'{"a": "' + b"a" * 200_000 + b'"}', "application/json"),
        (b"x", "text/plain"),
    ],
)
def test_a_body_of_another_form_is_refused_as_by_our_own_endpoint(host: Host, body: bytes, content_type: str) -> None:
    expected = ours(lambda bench: bench.post_raw(body, content_type))
    response = host.client.post(URL, data=body, content_type=content_type, base_url="https://shop.example.com")
    assert (response.status_code, response.get_json()) == (expected.status_code, expected.json())


def test_a_body_in_chunks_is_read_no_further_than_the_bound(host: Host) -> None:
    class Endless:
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size if size > 0 else 65_536
            return b"a" * (size if size > 0 else 65_536)

        readline = read

    stream = Endless()
    environ = create_environ(URL, "https://shop.example.com", method="POST", content_type="application/json")
    environ = {**environ, "wsgi.input": stream, "wsgi.input_terminated": True}
    body, status, _ = run_wsgi_app(host.client.application, environ)
    assert status == "400 BAD REQUEST"
    assert b"could not be parsed" in b"".join(body)
    assert stream.read_bytes < 1_000_000


@pytest.mark.parametrize(("blanks", "status"), [(0, "200 OK"), (1, "400 BAD REQUEST"), (9_999, "400 BAD REQUEST")])
def test_a_body_in_chunks_is_not_cut_at_the_bound(host: Host, blanks: int, status: str) -> None:
    bound = LimitSettings().max_body_bytes
    body = json.dumps(GOOD).encode().ljust(bound) + b" " * blanks
    environ = create_environ(URL, "https://shop.example.com", method="POST", content_type="application/json")
    environ = {**environ, "wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    assert run_wsgi_app(host.client.application, environ)[1] == status


def test_parameters_in_the_url_are_not_read(host: Host) -> None:
    response = host.client.post(f"{URL}?client_id=app", json={}, base_url="https://shop.example.com")
    assert response.get_json()["error_description"] == "missing client_id parameter"


def test_another_method_is_told_which_to_use(host: Host) -> None:
    response = host.client.get(URL, base_url="https://shop.example.com")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")
    assert response.get_json()["error"] == "method_not_allowed"


async def test_a_verifier_that_is_called_where_it_would_block_a_loop_is_the_hosts_mistake(host: Host) -> None:
    response = post(host)
    assert (response.status_code, response.get_json()["error"]) == (500, "server_error")
    assert host.tokens == []


def test_what_the_host_is_compared_with_logs_in() -> None:
    assert ours(lambda bench: bench.post()).status_code == 200
