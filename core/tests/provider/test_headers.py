"""The headers of an answer, which are decoded when somebody asks."""

import pytest

from accredit.provider.headers import Headers, content_encoding

RAW = [(b"X-Limit", b"1"), (b"Link", b"a"), (b"link", b"b"), (b"X-Name", "Zo\u00eb".encode()), (b"X-Old", b"Zo\xeb")]


def test_headers_are_named_in_lower_case_and_a_list_stands_in_one_value() -> None:
    headers = Headers(RAW)
    assert headers == {"x-limit": "1", "link": "a, b", "x-name": "Zo\u00eb", "x-old": "Zo\u00eb"}
    assert (len(headers), list(headers)) == (4, ["x-limit", "link", "x-name", "x-old"])
    assert headers.get("X-Limit") is None


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (RAW, None),
        ([], None),
        ([(b"CONTENT-Encoding", b"gzip")], "gzip"),
        ([(b"Content-Encoding", b"gzip"), *RAW, (b"content-encoding", b"br")], "gzip, br"),
        ([(b"Content-Encoding", b"")], ""),
    ],
)
def test_the_encoding_of_a_body_is_found_by_any_letter_case(
    raw: list[tuple[bytes, bytes]], encoding: str | None
) -> None:
    assert content_encoding(raw) == encoding
