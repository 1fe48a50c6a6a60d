"""What a simulator says of the notices that its provider sends."""

from typing import Any

import pytest
from core.tests.testing.conformance.good import GoodSimulator

from accredit.notices import NoticeEvent
from accredit.testing import NoticeSample

LEFT = NoticeEvent("consent_revoked", "1000")


def sample(**more: Any) -> NoticeSample:
    usual: dict[str, Any] = {"body": b"user=1000", "headers": {"X-Mac": "a-signature"}, "proof": "a-signature"}
    return NoticeSample(name="left", about="", events=(LEFT,), **{**usual, **more})


def test_a_provider_sends_nothing_unless_its_simulator_says_so() -> None:
    assert list(GoodSimulator(clock=lambda: 0).notices()) == []


def test_a_strategy_is_given_the_whole_request() -> None:
    request = sample(method="GET", query="for=fun").request(url="https://login.example.com/notices/good")
    assert (request.method, request.query, request.body) == ("GET", "for=fun", b"user=1000")
    assert request.url == "https://login.example.com/notices/good"
    assert request.header("x-mac") == "a-signature"


def test_it_shows_nothing_of_the_request() -> None:
    assert "signature" not in repr(sample())
    assert "user=1000" not in repr(sample())


@pytest.mark.parametrize(
    "more",
    [{"query": "mac=a-signature", "headers": {}}, {"body": b"mac=a-signature", "headers": {}}, {}],
    ids=["query", "body", "header"],
)
def test_its_proof_stands_anywhere(more: dict[str, Any]) -> None:
    assert sample(**more).proof == "a-signature"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"proof": ""}, "exactly once"),
        ({"proof": "another"}, "exactly once"),
        ({"query": "mac=a-signature"}, "exactly once"),
        ({"expected": "invalid_token"}, "expects 'invalid_token'"),
        ({"is_foreign": True}, "not to be refused"),
    ],
    ids=["no proof", "proof elsewhere", "proof twice", "another verdict", "foreign and accepted"],
)
def test_what_cannot_be_a_notice_is_told_where_it_is_written(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sample(**more)


def test_what_is_to_be_refused_may_be_another_apps_or_not() -> None:
    assert sample(expected="invalid_notice").expected == "invalid_notice"
    assert sample(expected="invalid_notice", is_foreign=True).is_foreign
