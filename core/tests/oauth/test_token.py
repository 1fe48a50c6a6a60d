"""The shape of a request, the order of the checks, methods and CORS: whatever the grant."""

import itertools
import json
import string
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from core.tests.bench import Bench, assert_refused
from core.tests.oauth.support import CLIENT_ERROR, EXCHANGE, GRANT_ERROR, SECRET, URL, ask, the_line, token_bench

WRONG_MEDIA_TYPE = (
    400,
    "invalid_request",
    "the request body could not be parsed: send application/json or application/x-www-form-urlencoded",
)
BODY = (400, "invalid_request", "the request body could not be parsed")
REFRESH = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "x"}
FORM = "application/x-www-form-urlencoded"
ORIGIN = "https://app.example.com"


def missing(name: str) -> tuple[int, str, str]:
    return 400, "invalid_request", f"missing {name} parameter"


def invalid(name: str) -> tuple[int, str, str]:
    return 400, "invalid_request", f"invalid {name} parameter"


@pytest.mark.parametrize("grant_type", [None, ""])
async def test_grant_type_is_required(wire: Bench, grant_type: str | None) -> None:
    assert_refused(await ask(wire, **{**REFRESH, "grant_type": grant_type}), *missing("grant_type"))


@pytest.mark.parametrize(
    "grant_type",
    [
        "password",
        "authorization_code",
        "implicit",
        "REFRESH_TOKEN",
        " refresh_token",
        "http://auth0.com/oauth/legacy/grant-type/access_token",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ],
)
async def test_a_grant_nobody_knows_is_refused(wire: Bench, grant_type: str) -> None:
    response = await ask(wire, **{**REFRESH, "grant_type": grant_type})

    assert_refused(response, 400, "unsupported_grant_type", "the grant type is not supported")
    line = the_line(wire)
    assert (line["event"], line["reason"]) == ("token.refused", "unsupported_grant_type")
    assert "grant_type" not in line


@pytest.mark.parametrize("required", ["client_id", "refresh_token"])
@pytest.mark.parametrize("value", [None, ""])
async def test_a_missing_parameter_is_named(wire: Bench, required: str, value: str | None) -> None:
    assert_refused(await ask(wire, **{**REFRESH, required: value}), *missing(required))


PARAMETERS = {
    "refresh_token": ["grant_type", "client_id", "client_secret", "refresh_token", "scope", "audience"],
    "client_credentials": ["grant_type", "client_id", "client_secret", "scope", "audience", "client_assertion"],
    EXCHANGE: [
        *("grant_type", "client_id", "subject_token", "subject_token_type", "requested_token_type", "actor_token"),
        *("actor_token_type", "connection", "access_token_secret", "scope", "audience", "resource", "nonce"),
        *("user_id", "device", "state", "main_access_token", "client_assertion_type"),
    ],
}
CASES = [(grant, name) for grant, names in PARAMETERS.items() for name in names]
WRONG = [7, 1.5, True, [], ["x"], {}, {"a": "b"}, "a\0b", "a\r\nb", "\ud800", "x" * 20_000]


@pytest.mark.parametrize(("grant", "name"), CASES)
@pytest.mark.threat(15)
async def test_a_parameter_of_the_wrong_form_is_refused_first(wire: Bench, grant: str, name: str) -> None:
    for value in WRONG:
        response = await ask(wire, **{"grant_type": grant, name: value})

        assert_refused(response, *invalid(name))
    wire.assert_untouched()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b"null", "application/json"),
        (b'{"grant_type": "refresh_token", "grant_type": "refresh_token"}', "application/json"),
        (b'{"user_profile": {"a": 1, "a": 2}}', "application/json"),
        (b'{"a":' * 5000, "application/json"),
        (b"\xff", "application/json"),
        (b"grant_type=refresh_token&grant_type=refresh_token", FORM),
        (b"client_id=app&client_id=", FORM),
        (b"a=%ff", FORM),
        (b"&".join(b"a%d=1" % number for number in range(101)), FORM),
        (b"grant_type", FORM),
        (b"grant_type=refresh_token", "text/plain"),
        (b"grant_type=refresh_token", "multipart/form-data; boundary=x"),
        (b"a=" + b"x" * 65_536, FORM),
    ],
    ids=range(16),
)
@pytest.mark.threat(15)
async def test_a_body_that_cannot_be_read_is_refused(wire: Bench, body: bytes, content_type: str) -> None:
    response = await wire.client.post(URL, content=body, headers={"Content-Type": content_type})

    if content_type not in {FORM, "application/json"}:
        assert_refused(response, *WRONG_MEDIA_TYPE)
    elif body == b"":
        assert_refused(response, *missing("grant_type"))
    else:
        assert_refused(response, *BODY)
    assert the_line(wire)["event"] == "token.refused"


async def test_a_form_that_calls_itself_json_is_read_and_counted(wire: Bench) -> None:
    response = await wire.client.post(
        URL,
        content="grant_type=client_credentials&client_id=svc&client_secret=" + SECRET,
        headers={"Content-Type": "application/json"},
    )

    assert response.status_code == 200
    [(level, counted), (_, issued)] = wire.log.events()
    assert (level, counted["event"], counted["client_id"]) == ("info", "request.form_as_json", "svc")
    assert issued["event"] == "token.issued"


FAULTS: list[tuple[str, dict[str, Any], tuple[int, str, str]]] = [
    ("shape of grant_type", {"grant_type": 7}, invalid("grant_type")),
    ("unknown grant", {"grant_type": "x"}, (400, "unsupported_grant_type", "the grant type is not supported")),
    ("shape", {"scope": []}, invalid("scope")),
    ("shape of client_id", {"client_id": 7}, invalid("client_id")),
    ("no client_id", {"client_id": None}, missing("client_id")),
    ("no refresh_token", {"refresh_token": None}, missing("refresh_token")),
    ("unknown client", {"client_id": "nobody"}, CLIENT_ERROR),
    ("a proof too many", {"client_secret": "x"}, CLIENT_ERROR),
    (
        "grant not for the client",
        {"client_id": "no-refresh"},
        (403, "unauthorized_client", "Grant type 'refresh_token' not allowed for the client."),
    ),
    ("unknown token", {}, GRANT_ERROR),
]
PAIRS = [(one, two) for one, two in itertools.combinations(FAULTS, 2) if one[1].keys().isdisjoint(two[1])]


@pytest.mark.parametrize(("one", "two"), PAIRS, ids=lambda fault: fault[0])
async def test_the_earlier_of_two_faults_answers(wire: Bench, one: Any, two: Any) -> None:
    assert_refused(await ask(wire, **{**REFRESH, **two[1], **one[1]}), *one[2])
    assert the_line(wire)["event"] == "token.refused"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_any_method_but_post_is_refused(wire: Bench, method: str) -> None:
    response = await wire.client.request(method, URL, params=REFRESH)

    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")
    assert response.headers["cache-control"] == "no-store"
    if method != "HEAD":
        assert response.json() == {"error": "method_not_allowed", "error_description": "use POST"}


async def test_a_preflight_is_answered_for_known_origins_only(wire: Bench) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    known = await wire.client.options(URL, headers=headers)
    assert known.status_code == 204
    assert known.headers["access-control-allow-origin"] == ORIGIN
    assert "Authorization" in known.headers["access-control-allow-headers"]

    unknown = await wire.client.options(URL, headers={**headers, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in unknown.headers


async def test_an_answer_may_be_read_by_the_origins_of_its_client(wire: Bench) -> None:
    mine = await ask(wire, {"Origin": ORIGIN}, **REFRESH)
    assert mine.headers["access-control-allow-origin"] == ORIGIN
    assert mine.headers["vary"] == "Origin"

    another = await ask(wire, {"Origin": "https://other.example.com"}, **REFRESH)
    assert "access-control-allow-origin" not in another.headers
    assert_refused(another, *GRANT_ERROR)


async def test_the_switch_repeats_the_sentence_as_message() -> None:
    async with token_bench({"compatibility": {"error_message": True}}) as wire:
        body = (await ask(wire, **REFRESH)).json()

    assert body["message"] == body["error_description"] == GRANT_ERROR[2]


async def test_a_bug_of_ours_is_a_server_error_with_an_alert(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(_: str) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(wire.exchange.engine.storage, "find", find)
    response = await ask(wire, **REFRESH)

    assert_refused(response, 500, "server_error", "the server could not complete the request")
    line = the_line(wire)
    assert (line["event"], line["level"], line["alert"]) == ("token.failed", "critical", True)
    assert "RuntimeError" in line["detail"]
    assert SECRET not in json.dumps(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=2)
)
NAMES = st.sampled_from(sorted({name for names in PARAMETERS.values() for name in names} | {"user_profile", "x"}))


@hypothesis.given(
    fields=st.dictionaries(NAMES, JSON, max_size=6),
    grant=st.sampled_from([*PARAMETERS, "x", None]),
    header=st.none() | st.text(string.printable, max_size=40).map(lambda text: "Basic " + text.strip()),
)
@hypothesis.settings(max_examples=100)
async def test_anything_at_all_is_answered_in_the_contracts_form(
    fields: dict[str, Any], grant: str | None, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": "".join(c for c in header if " " <= c <= "~").strip()}
    async with token_bench() as wire:
        sent = fields if grant is None else {**fields, "grant_type": grant}
        response = await ask(wire, headers, **sent)

    body = response.json()
    assert response.status_code in {400, 401, 403}
    assert set(body) == {"error", "error_description"}
    assert body["error"] in {
        *("invalid_request", "invalid_client", "invalid_grant", "unsupported_grant_type"),
        *("unauthorized_client", "invalid_scope", "invalid_target"),
    }
    assert response.headers["cache-control"] == "no-store"
    assert len(wire.log.lines) == 1
