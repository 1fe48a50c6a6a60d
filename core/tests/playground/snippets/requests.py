"""Requests to write, and texts that mean something in one of the languages."""

from collections.abc import Mapping

import hypothesis.strategies as st

from accredit.playground.snippets.request import Request, request_of

URL = "http://127.0.0.1:8000/oauth/token"
HOSTILE = 'it\'s "a" \\(b) $c ${d} `e` $(f) %g @h #{i} \\u0041 \n\r\t\0\x7f\u2028\u202e é雪😀 +&=;<!--</script>'
_PIECES = st.sampled_from([*"'\"\\$`({}@%+&= \n\r\t\0\u2028\u202e\ufeffé😀", "\\(", "${", "\\u", "$a", "EOF"])
TEXTS = st.lists(_PIECES | st.text(max_size=3), max_size=8).map("".join)
FIELDS = st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True), TEXTS, min_size=1, max_size=4)


def made(
    method: str = "POST",
    url: str = URL,
    *,
    fields: Mapping[str, str] | None = None,
    is_json: bool = True,
    authorization: str = "",
) -> Request:
    """Return a request that can be written."""
    request = request_of(method, url, authorization=authorization, fields=fields or {}, is_json=is_json)
    assert request is not None
    return request
