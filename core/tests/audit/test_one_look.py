"""One look at a whole line says whether anything in it may have to be blanked: it never overlooks what would be."""

import json
from typing import Any, get_args

import pytest
from core.tests.bench import ListLogger
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit import AnyEvent, ExchangeEvent, OperationalEvent
from accredit.audit.events import Check
from accredit.audit.log_lines import LogLines
from accredit.audit.redact import may_hold_secret, redact
from accredit.provider.http import ProviderCall

PIECES = (
    *("token", "secret", "proof", "code", "password", "Authorization", "nonce", "proof_value", "K", "\u017f", "\u212a"),
    *("=", "Bearer", "OAuth", "OAuth2", "BASIC", " ", "\t", "\n", "\u00a0", "\u2003", "\x1c", "eyJ", "EYj"),
    *("a", "_", ".", '"', ":", "\\", ",", "é", "-", "google-oauth2", "/", "x.y"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def rendered(event: Any) -> str:
    return json.dumps(event, default=str, ensure_ascii=False)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_where_it_sees_nothing_there_is_nothing_to_blank(event: dict[str, Any]) -> None:
    if not may_hold_secret(rendered(event)):
        assert rendered(redact(event)) == rendered(event)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["detail", "calls", "checks"]), st.lists(TEXTS, max_size=3), max_size=4))
def test_where_the_names_are_ours_a_look_at_the_texts_is_enough(event: dict[str, Any]) -> None:
    if not may_hold_secret(rendered(event), names_are_ours=True):
        assert rendered(redact(event)) == rendered(event)


@pytest.mark.parametrize("kind", [kind for kind in get_args(AnyEvent) if kind is not OperationalEvent])
def test_the_names_in_our_lines_are_not_like_a_secrets(kind: Any) -> None:
    calls = (ProviderCall("GET", "https://provider.example/me", 200, 1.0),)
    filled: dict[str, Any] = {name: "x" for name in kind.__dataclass_fields__ if name != "is_repeated"}
    filled |= {"checks": (Check("verify", "refused", 1.0),), "calls": calls, "duration_ms": 1.0}
    log = ListLogger()
    LogLines(log)(kind(**{name: value for name, value in filled.items() if name in kind.__dataclass_fields__}))
    [(_, line)] = log.events()
    assert len(line) > 8
    assert redact(line) == line


@pytest.mark.parametrize("text", ["bearer MARKED", "code=MARKED", "x eyjMARKED.a.b", "Basic\u00a0MARKED"])
@pytest.mark.parametrize("field", ["detail", "client_id", "subject"])
def test_a_secret_in_a_text_of_our_lines_is_blanked(field: str, text: str) -> None:
    log = ListLogger()
    fields: dict[str, Any] = {"outcome": "refused", "status": 400, field: text}
    LogLines(log)(ExchangeEvent(**fields))
    assert "MARKED" not in log.lines[0][1]
    assert "[redacted]" in log.lines[0][1]


def test_a_secrets_name_among_the_facts_of_an_event_is_blanked() -> None:
    log = ListLogger()
    LogLines(log)(OperationalEvent(name="keys.changed", facts={"app_secret": "MARKED"}))
    assert log.events()[0][1]["app_secret"] == "[redacted]"


@pytest.mark.parametrize(
    "event",
    [
        {"Code": "MARKED"},
        {"outer": [{"access_TOKEN": "MARKED"}]},
        {"token\n": "MARKED"},
        {"detail": "bearer\tMARKED"},
        {"detail": "Basic\u00a0MARKED"},
        {"\u017fecret": "MARKED"},
        {"to\u212aen": "MARKED"},
        {"detail": "x eyjMARKED.a.b"},
        {"detail": "code=MARKED"},
    ],
)
def test_it_sees_what_is_blanked(event: dict[str, Any]) -> None:
    assert "MARKED" not in rendered(redact(event))
    assert may_hold_secret(rendered(event))


def test_the_line_of_a_login_needs_no_closer_look() -> None:
    event = {
        "event": "exchange.accepted",
        "client_id": "shop",
        "connection": "google-oauth2",
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "scopes": ("openid", "profile"),
        "checks": "verify:152ms,sign_tokens:2ms",
        "calls": [{"method": "GET", "url": "https://graph.facebook.com/v25.0/debug_token", "status": 200}],
    }
    assert not may_hold_secret(rendered(event))
