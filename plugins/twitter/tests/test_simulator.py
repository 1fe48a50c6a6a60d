"""The simulated X is as strict as X: what it refuses, beside what it takes."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.requests import Request

from accredit.testing import person
from accredit_twitter.signing import authorization, authorization_of_our_keys
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.oauth1 import Malformed, SignedRequest
from accredit_twitter.simulator.tokens import bearer_name, secret_of, token_name

NOW = 1_790_000_000.25
HOST = "https://api.x.test"
V2 = f"{HOST}/2/users/me"
V1_1 = f"{HOST}/1.1/account/verify_credentials.json"
ADA = person("ada")


def client(clock: Callable[[], float] = lambda: NOW) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=TwitterSimulator(clock=clock).app()))


def header(url: str, *, kind: str = "Good", now: float = NOW, **parts: Any) -> str:
    """Sign a GET for ada as our app does."""
    defaults: dict[str, Any] = {
        "consumer_key": "SimConsumerKey",
        "consumer_secret": SecretStr("SimConsumerSecretNotReal"),
        "token": token_name(ADA, kind),
        "token_secret": secret_of(ADA, kind),
    }
    return authorization(url, now=now, **(defaults | parts))


async def ask(url: str, authorization_header: str | None = None, **options: Any) -> httpx.Response:
    headers = {"Authorization": header(url) if authorization_header is None else authorization_header}
    async with client() as http:
        return await http.request(options.pop("method", "GET"), url, headers=headers | options.pop("headers", {}))


def assert_bad(answer: httpx.Response, code: int, status: int = 401) -> None:
    """Say how v2 and v1.1 tell the same refusal."""
    if answer.request.url.path.startswith("/2/"):
        unauthorized = {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}
        assert (answer.status_code, answer.json()) == (401, unauthorized)
    else:
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_signed_request_is_answered_with_the_state_of_the_limit(url: str) -> None:
    answer = await ask(url)
    assert answer.status_code == 200
    assert answer.headers["x-rate-limit-limit"] == "75"
    assert answer.headers["x-rate-limit-remaining"] == "74"
    assert answer.headers["x-rate-limit-reset"] == "1790000100"
    assert answer.headers["x-access-level"] == "read"


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_used_up_limit_is_a_429_with_nothing_remaining(url: str) -> None:
    answer = await ask(url, header(url, kind="RateLimited"))
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-remaining"] == "0"
    assert answer.json()["errors"] == [{"code": 88, "message": "Rate limit exceeded"}]


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_metered_user_has_75_calls_in_a_window_and_again_in_the_next(url: str) -> None:
    now = NOW
    async with client(lambda: now) as http:

        async def call(kind: str) -> httpx.Response:
            return await http.get(url, headers={"Authorization": header(url, kind=kind, now=now)})

        remaining = [(await call("Metered")).headers["x-rate-limit-remaining"] for _ in range(75)]
        assert remaining == [str(number) for number in range(74, -1, -1)]
        refused = await call("Metered")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, 88)
        assert refused.headers["x-rate-limit-remaining"] == "0"
        assert (await call("Good")).status_code == 200  # nobody counts those
        now = float(refused.headers["x-rate-limit-reset"])
        assert (await call("Metered")).status_code == 200


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_one_token_is_judged_by_a_clock_that_runs_ahead(url: str) -> None:
    answer = await ask(url, header(url, kind="ClockOff"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, 135)
    assert (await ask(url, header(url, kind="ClockOff", now=NOW + 300))).status_code == 200


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_token_with_a_fault_is_the_same_token_and_is_signed_as_it_is_sent(url: str) -> None:
    late = f"{token_name(ADA, 'Good')}~latency-1"
    assert (await ask(url, header(url, token=late))).status_code == 200
    assert_bad(await ask(url, header(url).replace("SimGoodAda", "SimGoodAda~latency-1")), 32)
    assert (await ask(url, header(url, token=f"{token_name(ADA, 'Good')}~error"))).status_code == 500


async def test_a_bearer_with_a_fault_is_the_same_bearer() -> None:
    assert (await ask(V2, f"Bearer {bearer_name(ADA, 'Good')}~latency-1")).status_code == 200


def test_tokens_without_one_verdict_are_named() -> None:
    tokens = TwitterSimulator().other_tokens()
    assert bearer_name(ADA, "Good") in tokens
    assert f"{token_name(ADA, 'Metered')}:{secret_of(ADA, 'Metered')}" in tokens


GOOD = header(V2)


@pytest.mark.parametrize("url", [V2, V1_1])
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "OAuth",
        "OAuth ",
        "Basic abc",
        "OAuth nonsense",
        GOOD.replace("OAuth ", "OAuth2 "),
        GOOD.replace('"', ""),
        GOOD.replace("HMAC-SHA1", "PLAINTEXT"),
        GOOD.replace("HMAC-SHA1", "HMAC-SHA256"),
        GOOD.replace('oauth_version="1.0"', 'oauth_version="2.0"'),
        GOOD + ', oauth_nonce="again"',
        GOOD + ', other="parameter"',
        re.sub(r'oauth_timestamp="[0-9]+"', 'oauth_timestamp="soon"', GOOD),
        *(re.sub(rf'oauth_{name}="[^"]+"', f'oauth_{name}=""', GOOD) for name in ("nonce", "token", "consumer_key")),
        *(re.sub(rf'oauth_{name}="[^"]+"(, )?', "", GOOD) for name in ("timestamp", "signature_method")),
        re.sub(r', oauth_signature="[^"]+"', "", GOOD),
    ],
    ids=itertools.count(),  # their nonces are random, and the workers of a test run must agree on names
)
async def test_a_malformed_header_is_refused(bad: str, url: str) -> None:
    assert_bad(await ask(url, bad), 215, 400)


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_header_without_the_optional_version_is_taken(url: str) -> None:
    # The version is part of what is signed, so leaving it out later makes the signature wrong, not the header.
    without = header(url).replace('oauth_version="1.0", ', "")
    assert_bad(await ask(url, without), 32)


@pytest.mark.parametrize("url", [V2, V1_1])
@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"consumer_secret": SecretStr("wrong")}, 32),
        ({"token_secret": "wrong"}, 32),
        ({"consumer_key": "simconsumerkey"}, 32),
        ({"consumer_key": "SimOtherConsumerKey"}, 89),
        ({"token": "unknown"}, 89),
        ({"token": token_name(ADA, "Good").lower()}, 89),
        ({"kind": "ForeignApp"}, 89),
    ],
    ids=str,
)
async def test_a_request_signed_with_anything_else_is_refused(url: str, parts: dict[str, Any], code: int) -> None:
    assert_bad(await ask(url, header(url, **parts)), code)


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_the_host_is_part_of_what_is_signed(url: str) -> None:
    assert_bad(await ask(url, header(url.replace("x.test", "twitter.test"))), 32)
    assert_bad(await ask(url, headers={"Host": "api.twitter.test"}), 32)
    assert (await ask(url, headers={"Host": "API.X.TEST"})).status_code == 200
    assert (await ask(url, headers={"Host": "api.x.test:443"})).status_code == 200


async def test_scheme_path_and_query_are_part_of_what_is_signed() -> None:
    url = f"{V2}?user.fields=name%2Curl"
    assert (await ask(url, header(url))).status_code == 200
    assert (await ask(f"{V2}?user.fields=name,url", header(url))).status_code == 200
    for other in (V2, f"{V2}?user.fields=name", V1_1, url.replace("https:", "http:")):
        assert_bad(await ask(other, header(url)), 32)


async def test_the_method_is_part_of_what_is_signed_and_only_get_is_served() -> None:
    # A HEAD is routed like a GET, so that only the signature can tell them apart.
    assert (await ask(V2, method="HEAD")).status_code == 401
    for url in (V2, V1_1):
        assert (await ask(url, method="POST")).status_code == 405


@pytest.mark.threat(21)
@pytest.mark.parametrize("url", [V2, V1_1])
async def test_a_replayed_nonce_is_refused(url: str) -> None:
    async with client() as http:
        once = {"Authorization": header(url)}
        assert (await http.get(url, headers=once)).status_code == 200
        assert_bad(await http.get(url, headers=once), 32)
        assert (await http.get(url, headers={"Authorization": header(url)})).status_code == 200


async def test_nonces_are_forgotten_with_their_timestamps() -> None:
    now = NOW
    simulator = TwitterSimulator(clock=lambda: now)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=simulator.app())) as http:
        once = {"Authorization": header(V2, now=NOW)}
        assert (await http.get(V2, headers=once)).status_code == 200
        now += 301
        assert (await http.get(V2, headers=once)).json()["errors"][0]["code"] == 135
        await http.get(V2, headers={"Authorization": header(V2, now=now)})
    assert len(simulator._nonces) == 1


@pytest.mark.parametrize("url", [V2, V1_1])
@pytest.mark.parametrize("skew_s", [-300, 300])
async def test_a_timestamp_at_the_edge_of_the_window_is_taken(url: str, skew_s: int) -> None:
    async with client(lambda: 1_790_000_000) as http:
        headers = {"Authorization": header(url, now=1_790_000_000 + skew_s)}
        assert (await http.get(url, headers=headers)).status_code == 200


@pytest.mark.parametrize("url", [V2, V1_1])
@pytest.mark.parametrize("skew_s", [-301, 301])
async def test_a_timestamp_outside_the_window_is_told_the_time(url: str, skew_s: int) -> None:
    async with client(lambda: 1_790_000_000) as http:
        answer = await http.get(url, headers={"Authorization": header(url, now=1_790_000_000 + skew_s)})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, 135)
    assert answer.headers["date"] == "Mon, 21 Sep 2026 14:13:20 GMT"


async def test_v2_returns_the_default_fields_and_those_asked_for() -> None:
    assert (await ask(V2)).json() == {"data": {"id": "1000000000000001", "name": "Ada Lovelace", "username": "ada"}}
    url = f"{V2}?user.fields=location&expansions="
    assert (await ask(url)).json()["data"]["location"] == "London"


@pytest.mark.parametrize(
    "query", ["user.fields=pinned_tweet_id", "user.fields=Name", "fields=name", "include_email=true"]
)
async def test_v2_refuses_what_it_does_not_know(query: str) -> None:
    answer = await ask(f"{V2}?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "https://api.twitter.com/2/problems/invalid-request"
    assert query.partition("=")[0] in answer.json()["errors"][0]["parameters"]


async def test_v1_1_gives_the_address_only_when_asked_to() -> None:
    assert "email" not in (await ask(V1_1)).json()
    assert "email" not in (await ask(f"{V1_1}?include_email=1")).json()
    assert (await ask(f"{V1_1}?include_email=true")).json()["email"] == "ada@example.com"


async def test_v1_1_gives_entities_and_the_last_post_unless_asked_not_to() -> None:
    full = (await ask(V1_1)).json()
    assert full["entities"]["url"]["urls"][0]["expanded_url"] == "https://ada.example.com/notes"
    assert "status" in full
    lean = (await ask(f"{V1_1}?include_entities=false&skip_status=true")).json()
    assert "entities" not in lean
    assert "status" not in lean


async def test_v1_1_says_null_for_an_address_that_is_not_there() -> None:
    grace = person("grace")
    url = f"{V1_1}?include_email=true"
    grace_header = header(url, token=token_name(grace, "Good"), token_secret=secret_of(grace, "Good"))
    answer = (await ask(url, grace_header)).json()
    assert answer["email"] is None
    assert answer["entities"] == {"description": {"urls": []}}


async def test_an_old_object_of_v1_1_has_a_number_and_no_string() -> None:
    answer = (await ask(V1_1, header(V1_1, kind="OldObject"))).json()
    assert answer["id"] == 1000000000000001
    assert "id_str" not in answer


async def test_v2_says_beside_the_data_what_it_withholds() -> None:
    url = f"{V2}?user.fields=confirmed_email"
    answer = await ask(url, header(url, kind="Partial"))
    assert answer.status_code == 200
    assert "confirmed_email" not in answer.json()["data"]
    assert answer.json()["errors"][0]["type"].endswith("/not-authorized-for-field")


async def test_unknown_paths_are_an_empty_404_in_v2_and_code_34_in_v1_1() -> None:
    answer = await ask(f"{HOST}/2/users/you")
    assert (answer.status_code, answer.content) == (404, b"")
    answer = await ask(f"{HOST}/1.1/account/other.json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, 34)


@pytest.mark.parametrize(
    ("kind", "status"), [("Good", 200), ("Revoked", 401), ("NoUsersRead", 403), ("AppOnly", 403), ("Nobody", 401)]
)
async def test_v2_takes_the_bearers_of_users(kind: str, status: int) -> None:
    answer = await ask(V2, f"Bearer {bearer_name(ADA, kind)}")
    assert answer.status_code == status
    assert "x-access-level" not in answer.headers


async def test_v1_1_takes_no_bearer_at_all() -> None:
    answer = await ask(V1_1, f"Bearer {bearer_name(ADA, 'Good')}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, 220)


async def test_a_locked_account_is_told_where_to_go() -> None:
    error = (await ask(V1_1, header(V1_1, kind="Locked"))).json()["errors"][0]
    assert (error["code"], error["sub_error_code"]) == (326, 0)
    assert error["bounce_location"] == "https://twitter.com/account/access"
    assert (await ask(V2, header(V2, kind="Locked"))).json()["type"] == "about:blank"


REQUEST_TOKEN = f"{HOST}/oauth/request_token"


def keys_header(now: float = NOW, **parts: Any) -> str:
    defaults: dict[str, Any] = {
        "consumer_key": "SimConsumerKey",
        "consumer_secret": SecretStr("SimConsumerSecretNotReal"),
    }
    return authorization_of_our_keys(REQUEST_TOKEN, now=now, **(defaults | parts))


async def test_keys_alone_get_a_temporary_token() -> None:
    answer = await ask(REQUEST_TOKEN, keys_header(), method="POST")
    assert answer.status_code == 200
    assert answer.text.startswith("oauth_token=Sim")


async def test_a_temporary_token_opens_no_profile() -> None:
    signed = header(V1_1, token="SimTemporaryToken", token_secret="SimTemporarySecret")
    assert_bad(await ask(V1_1, signed), 89)


@pytest.mark.parametrize(
    ("bad", "status", "code"),
    [
        ("", 400, 215),
        (header(REQUEST_TOKEN), 400, 215),
        (keys_header(consumer_secret=SecretStr("wrong")), 401, 32),
        (keys_header(consumer_key="wrong"), 401, 32),
        (keys_header(now=NOW - 301), 401, 135),
        (
            keys_header(
                consumer_key="SimSuspendedConsumerKey",
                consumer_secret=SecretStr("SimSuspendedConsumerSecretNotReal"),
            ),
            401,
            416,
        ),
    ],
    ids=["no header", "a user's", "secret", "key", "clock", "suspended"],
)
async def test_keys_are_refused_with_a_code(bad: str, status: int, code: int) -> None:
    assert_bad(await ask(REQUEST_TOKEN, bad, method="POST"), code, status)


async def test_a_question_about_keys_is_answered_once() -> None:
    once = keys_header()
    async with client() as http:
        first, again = [await http.post(REQUEST_TOKEN, headers={"Authorization": once}) for _ in range(2)]
    assert first.status_code == 200
    assert_bad(again, 32)


@pytest.mark.parametrize("url", [V2, V1_1])
async def test_windows_of_a_day_come_beside_the_15_minutes(url: str) -> None:
    answer = await ask(url, header(url, kind="AppDayUsedUp"))
    tomorrow = (int(NOW) // 86_400 + 1) * 86_400
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-remaining"] == "0"
    assert answer.headers["x-user-limit-24hour-remaining"] == "900"
    assert answer.headers["x-app-limit-24hour-remaining"] == "0"
    assert answer.headers["x-app-limit-24hour-reset"] == str(tomorrow)
    assert "x-app-limit-24hour-limit" not in (await ask(url, header(url))).headers


def rfc_request(host: bytes, authorization_header: str) -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/photos",
        "query_string": b"file=vacation.jpg&size=original",
        "headers": [(b"host", host), (b"authorization", authorization_header.encode())],
    }
    return Request(scope)


RFC_HEADER = (
    'OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", '
    'oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"'
)


@pytest.mark.parametrize("host", [b"photos.example.net", b"Photos.Example.NET:80"])
def test_the_signature_check_agrees_with_the_example_of_rfc_5849_section_1_2(host: bytes) -> None:
    signed = SignedRequest.of(rfc_request(host, RFC_HEADER))
    assert signed.is_signed_with("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")
    assert not signed.is_signed_with("kd94hf93k423kf44", "pfkkdhi9sl3r4s0")
    with pytest.raises(Malformed):
        SignedRequest.of(rfc_request(host, RFC_HEADER.replace("oauth_nonce", "nonce")))
