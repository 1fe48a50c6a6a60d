"""Which requests can be written, and what becomes of what was blanked."""

import pytest
from core.tests.playground.snippets.requests import URL, made

from accredit.playground.snippets.request import request_of


def test_a_post_has_its_fields_as_its_body_and_says_their_kind() -> None:
    fields = {"client_id": "sample-app", "access_token": "EAA"}
    for is_json, kind in ((True, "application/json"), (False, "application/x-www-form-urlencoded")):
        request = made(fields=fields, is_json=is_json)
        assert (request.fields, request.url) == (fields, URL)
        assert request.headers == {"Content-Type": kind}


def test_without_fields_there_is_no_body_and_no_kind_of_one() -> None:
    request = made(authorization="Bearer a.b.c")

    assert (request.fields, request.headers) == ({}, {"Authorization": "Bearer a.b.c"})


def test_fields_of_a_get_are_its_query() -> None:
    request = made("GET", fields={"a": "b c&d", "e": "ü"}, is_json=False)

    assert (request.url, request.fields, request.headers) == (f"{URL}?a=b+c%26d&e=%C3%BC", {}, {})


def test_what_was_blanked_is_a_placeholder_with_the_name_of_what_belongs_there() -> None:
    fields = {"access_token": "[217 characters]", "connection": "facebook", "nonce": "[8 characters] "}
    request = made(fields=fields, authorization="Basic [31 characters]")

    assert request.fields == {"access_token": "YOUR_ACCESS_TOKEN", "connection": "facebook", "nonce": "[8 characters] "}
    assert request.authorization == "Basic YOUR_CREDENTIALS"
    assert made(url="http://127.0.0.1:8000/oauth/[52 characters]/a").url == "http://127.0.0.1:8000/oauth/YOUR_TEXT/a"


def test_in_a_url_nothing_means_anything_to_curl_or_is_refused_by_swift() -> None:
    assert made(url="http://127.0.0.1:8000/a{b}[1-9] ü\"'?%2f").url == (
        "http://127.0.0.1:8000/a%7Bb%7D%5B1-9%5D%20%C3%BC%22'%3F%252f"
    )


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "PATCH", "TRACE", "get", "", "GET POST"])
def test_a_method_that_some_language_cannot_send_has_no_snippet(method: str) -> None:
    assert request_of(method, URL, authorization="", fields={}, is_json=False) is None


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_one_that_all_can_send_has(method: str) -> None:
    assert made(method).method == method


@pytest.mark.parametrize("name", ["__proto__", "", "a-b", "1a", "a b", "é", "a\n", "a'"])
def test_a_field_whose_name_is_not_one_everywhere_has_no_snippet(name: str) -> None:
    assert request_of("POST", URL, authorization="", fields={name: "a"}, is_json=True) is None
    assert made(fields={"a": "a", "proto__": "a"}).fields


@pytest.mark.parametrize("value", ["\ud800", "a\udfff"])
def test_half_a_character_has_no_snippet(value: str) -> None:
    assert request_of("POST", URL, authorization="", fields={"a": value}, is_json=True) is None
    assert made(fields={"a": "\ud7ff\ue000"}).fields


@pytest.mark.parametrize("authorization", ["Bearer ü", "Bearer a\r\nb", "\x7f"])
def test_a_header_that_clients_would_write_differently_has_no_snippet(authorization: str) -> None:
    assert request_of("POST", URL, authorization=authorization, fields={}, is_json=True) is None


def test_its_repr_shows_no_secret() -> None:
    request = made(fields={"access_token": "EAAsecret"}, authorization="Bearer EAAsecret")

    assert "EAAsecret" not in repr(request)
