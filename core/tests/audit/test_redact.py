"""Redaction, and places without messages."""

import logging
from typing import Any

import pytest
from pydantic import SecretStr

from accredit._guard import place_of
from accredit.audit.logs import event_logger
from accredit.audit.redact import processor, without


def _redacted(**event: Any) -> dict[str, Any]:
    return dict(processor(None, "info", event))


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "access_token",
        "provider_token",
        "access_token_secret",
        "client_secret",
        "app_secret",
        "password",
        "Authorization",
        "nonce",
        "code",
    ],
)
def test_what_is_under_a_secret_name_is_blanked(key: str) -> None:
    assert _redacted(**{key: "MARKED"}) == {key: "[redacted]"}
    assert _redacted(outer={key: "MARKED"}) == {"outer": {key: "[redacted]"}}
    assert _redacted(outer=[{key: "MARKED"}]) == {"outer": [{key: "[redacted]"}]}


@pytest.mark.parametrize(
    "value", [b"MARKED", bytearray(b"MARKED"), ["MARKED"], ("MARKED",), {"MARKED"}, {"inner": "MARKED"}]
)
def test_it_is_blanked_whatever_its_type(value: object) -> None:
    # Hosts put this processor into pipelines of their own.
    assert "MARKED" not in repr(_redacted(access_token=value))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://x/me?access_token=MARKED&fields=id", "GET https://x/me?access_token=[redacted]&fields=id"),
        ("client_secret=MARKED", "client_secret=[redacted]"),
        ("appsecret_proof=MARKED", "appsecret_proof=[redacted]"),
        ("code=MARKED", "code=[redacted]"),
        ("Authorization: Bearer MARKED", "Authorization: Bearer [redacted]"),
        ("OAuth2 MARKED", "OAuth2 [redacted]"),
        ("Basic MARKED", "Basic [redacted]"),
        ("got eyJMARKED.eyJMARKED.MARKED", "got [redacted]"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_looks_like_a_secret_is_blanked(text: str, shown: str) -> None:
    assert _redacted(detail=text, more=[text], deep={"a": (text,)}) == {
        "detail": shown,
        "more": [shown],
        "deep": {"a": [shown]},
    }


def test_everything_else_passes() -> None:
    event = {"status": 200, "alert": False, "client_id": "app", "scopes": ["openid"], "decode": "x", "none": None}

    assert _redacted(**event) == event


def test_without_a_logger_lines_go_to_the_logger_accredit(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="accredit"):
        event_logger().info("exchange.accepted", access_token="MARKED", name="é", odd=SecretStr("MARKED"))

    [record] = caplog.records
    assert (record.name, record.levelname) == ("accredit", "INFO")
    assert '"name": "é"' in record.message
    assert "MARKED" not in record.message


def test_an_error_is_told_by_type_and_innermost_place() -> None:
    def inner() -> None:
        raise ValueError("MARKED")

    def outer() -> None:
        inner()

    with pytest.raises(ValueError, match="MARKED") as raised:
        outer()

    place = place_of(raised.value)
    assert place.startswith(
        "ValueError in test_an_error_is_told_by_type_and_innermost_place.<locals>.inner (test_redact.py:"
    )
    assert place_of(ValueError("MARKED")) == "ValueError"


SECRET = "EAAG0123456789abcdefghij"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"bad {SECRET}!", "bad [redacted]!"),
        (f"bad {SECRET[:20]}", "bad [redacted]"),
        (f"{SECRET[:16]}-{SECRET[:17]}…", "[redacted]-[redacted]…"),
        (f"{SECRET[:15]}-", f"{SECRET[:15]}-"),
        (SECRET[4:], SECRET[4:]),
        ("https://app.example/callback?x", "[redacted]?x"),
        ("https://app.example/else", "https://app.example/else"),
        ("https://app.example", "https://app.example"),
    ],
)
def test_no_secret_and_no_long_beginning_of_one_is_left(said: str, left: str) -> None:
    hidden = [SECRET, "https://app.example/callback"]

    assert without(hidden, said) == left
    assert without(hidden, {said: [said]}, in_names=True) == {left: [left]}
    assert without(hidden, {said: [said]}) == {said: [left]}
