"""One look at a whole line says whether anything in it may have to be blanked: it never overlooks what would be."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.audit.redact import may_hold_secret, redact

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
