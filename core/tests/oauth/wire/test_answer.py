"""Answers are JSON, and the same bytes as Python's own encoder makes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.oauth.wire.answer import json_answer

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_the_body_is_what_pythons_encoder_makes(body: dict[str, Any]) -> None:
    expected = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert json_answer(200, body).body == expected


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_does_not_have_is_null(number: float) -> None:
    assert json_answer(200, {"n": number, "ok": 1.5}).body == b'{"n":null,"ok":1.5}'


def test_a_text_that_is_no_unicode_is_no_answer() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        json_answer(200, {"name": "\ud800"})
