"""What strategies read notices with."""

import pytest

from accredit.errors import InvalidNotice
from accredit.notices import json_object


@pytest.mark.parametrize("body", [b'{"user": "1", "more": {"user": "2"}}', '{"user": "1", "more": {"user": "2"}}'])
def test_an_object_is_read_as_it_stands(body: bytes | str) -> None:
    assert json_object(body) == {"user": "1", "more": {"user": "2"}}


@pytest.mark.threat(15)
@pytest.mark.parametrize(
    "body",
    [b'{"user": "1", "user": "2"}', b'{"user": "1", "\\u0075ser": "1"}', b'{"more": [{"user": "1", "user": "2"}]}'],
    ids=["two values", "another spelling", "further in"],
)
def test_a_member_that_stands_twice_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidNotice, match="twice"):
        json_object(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff", b"[" * 60_000],
    ids=["nothing", "a list", "null", "half", "no text", "deep"],
)
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidNotice):
        json_object(body)
