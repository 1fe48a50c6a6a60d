"""The body of `POST /oauth/access_token`: JSON, form, and everything that is neither."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from core.tests.bench import GOOD, Bench, assert_refused, bench

FORM = urlencode(GOOD)
JSON = json.dumps(GOOD)
WRONG_MEDIA_TYPE = (
    400,
    "invalid_request",
    "the request body could not be parsed: send application/json or application/x-www-form-urlencoded",
)
UNPARSABLE = (400, "invalid_request", "the request body could not be parsed")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (JSON, "application/json"),
        (JSON, "application/json; charset=utf-8"),
        (JSON, "Application/JSON"),
        (JSON, "application/vnd.acme+json"),
        (JSON, ""),
        (FORM, "application/x-www-form-urlencoded"),
        (FORM, "application/x-www-form-urlencoded; charset=UTF-8"),
        (FORM, "APPLICATION/X-WWW-FORM-URLENCODED"),
        (f"{FORM}&extra=", "application/x-www-form-urlencoded"),
        # The original documentation's own JavaScript sample.
        (FORM, "application/json"),
        (FORM, ""),
    ],
)
async def test_json_and_form_bodies_are_accepted(wire: Bench, body: str, content_type: str) -> None:
    response = await wire.post_raw(body, content_type)

    assert response.status_code == 200
    assert wire.event.subject == "acme|1000"


async def test_a_body_without_any_content_type_is_read_by_what_it_looks_like(wire: Bench) -> None:
    response = await wire.client.post("/oauth/access_token", content=JSON)

    assert response.status_code == 200


@pytest.mark.threat(15)
@pytest.mark.parametrize(
    "body",
    [
        JSON[:-1],
        "[]",
        "null",
        "7",
        '"text"',
        "true",
        f"[{JSON}]",
        JSON + JSON,
        JSON[:-1] + ', "client_id": "app"}',
        JSON[:-1] + ', "client_id": "other"}',
        JSON[:-1] + ', "access_token": "good-token"}',
        JSON[:-1] + ', "unknown": 1, "unknown": 2}',
        JSON[:-1] + ', "unknown": {"a": 1, "a": 2}}',
        "{" + '"a":' + "[" * 30_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "just words",
        FORM + "&client_id=app",
        FORM + "&client_id=other",
        FORM + "&access_token=",
        FORM + "&words",
        FORM + "&a=%ff",
        "&".join(f"a{number}=1" for number in range(101)),
        b"\xff\xfe{}",
        JSON.encode("utf-16"),
        b"\x00",
    ],
)
async def test_a_body_that_is_neither_is_refused_before_any_work(wire: Bench, body: str | bytes) -> None:
    response = await wire.post_raw(body)

    assert_refused(response, *UNPARSABLE)
    assert (wire.event.outcome, wire.event.reason, wire.event.status) == ("refused", "malformed_body", 400)
    assert (wire.event.client_id, wire.event.connection) == ("", "")
    wire.assert_untouched()


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/xml", "application/jsonp", "json", "*/*"],
)
async def test_another_media_type_is_refused_with_a_word_about_those_there_are(wire: Bench, content_type: str) -> None:
    for body in (JSON, FORM, b"\xff\x00", ""):
        assert_refused(await wire.post_raw(body, content_type), *WRONG_MEDIA_TYPE)
    assert {(event.outcome, event.reason) for event in wire.events} == {("refused", "wrong_media_type")}
    wire.assert_untouched()


async def test_json_that_calls_itself_a_form_is_refused(wire: Bench) -> None:
    assert_refused(await wire.post_raw(JSON, "application/x-www-form-urlencoded"), *UNPARSABLE)
    wire.assert_untouched()


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        ("application/json", "body is neither JSON nor a form"),
        ("", "body is neither JSON nor a form"),
        ("application/x-www-form-urlencoded", "body is no form"),
    ],
)
async def test_the_audit_event_of_a_body_with_a_slip_says_what_it_was_read_as(content_type: str, told: str) -> None:
    async with bench() as wire:
        await wire.post_raw('{"client_id": "my-app",', content_type)

        assert (wire.event.reason, wire.event.detail) == ("malformed_body", told)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
async def test_an_empty_body_misses_its_first_parameter(wire: Bench, content_type: str) -> None:
    response = await wire.post_raw(b"", content_type)

    assert_refused(response, 400, "invalid_request", "missing client_id parameter")


@pytest.mark.parametrize("make", [json.dumps, urlencode])
async def test_a_body_may_have_max_body_bytes_and_not_one_more(make: Callable[[dict[str, str]], str]) -> None:
    async with bench({"limits": {"max_body_bytes": 500}}) as wire:
        bare = len(make({**GOOD, "ignored": ""}))
        fits, too_long = (make({**GOOD, "ignored": "x" * (size - bare)}) for size in (500, 501))

        assert (await wire.post_raw(fits)).status_code == 200
        assert_refused(await wire.post_raw(too_long), *UNPARSABLE)
        assert [event.detail for event in wire.events] == ["", "body is too large"]


@pytest.mark.threat(15)
async def test_ten_megabytes_are_refused(wire: Bench) -> None:
    assert_refused(await wire.post_raw(b'{"a": "' + b"x" * 10_000_000 + b'"}'), *UNPARSABLE)
    wire.assert_untouched()


async def test_a_hundred_fields_are_read_and_one_more_is_refused(wire: Bench) -> None:
    extra = [f"a{number}=1" for number in range(98)]

    hundred = await wire.post_raw("&".join([FORM, *extra[:97]]), "application/x-www-form-urlencoded")
    more = await wire.post_raw("&".join([FORM, *extra]), "application/x-www-form-urlencoded")

    assert hundred.status_code == 200
    assert_refused(more, *UNPARSABLE)


async def test_form_values_are_decoded_as_forms_are(wire: Bench) -> None:
    response = await wire.post_raw(
        "client%5Fid=app&access_token=good%2Dtoken&connection=acme&state=a+b%26c%C3%A9",
        "application/x-www-form-urlencoded",
    )

    assert response.json()["state"] == "a b&cé"
