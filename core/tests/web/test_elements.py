"""Text is text, whatever stands in it."""

from core.tests.web.reading import Read
from hypothesis import given
from hypothesis import strategies as st

from accredit.web.elements import join, lines, tag, user_text
from accredit.web.pieces import moment

HOSTILE = st.text(st.sampled_from("<>&\"'`=/ \n\x00\u202e\u2028aé;#\ud800")) | st.text()


@given(HOSTILE, HOSTILE)
def test_nothing_in_a_text_becomes_an_element_or_an_attribute(text: str, value: str) -> None:
    read = Read(tag("p", text, title=f"x{value}"))
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in value)
    assert read.found == [("p", [("title", f"x{shown}")])]
    assert "".join(one for one in read.text if one.isprintable()) == read.text


def test_what_is_not_there_leaves_nothing() -> None:
    assert tag("input", name="a", required=True, disabled=False, value=None) == '<input name="a" required>'
    assert join("a", None, [tag("b"), "<"]) == "a<b></b>&lt;"
    assert user_text("", otherwise="<none>") == "&lt;none&gt;"
    assert tag("label", "x", for_="a", aria_label="b") == '<label for="a" aria-label="b">x</label>'


def test_a_time_that_no_calendar_has_is_shown_as_a_number() -> None:
    assert moment(0) == '<time datetime="1970-01-01T00:00:00Z">1970-01-01 00:00:00</time>'
    assert moment(10**20) == f"<span>{10**20}</span>"


def test_lines_stay_lines_and_nothing_else_in_them_is_more_than_text() -> None:
    assert tag("pre", lines("a <b>\n\n\tc\u202e\r\n")) == "<pre>a &lt;b&gt;\n\n\\u0009c\\u202e\\u000d\n</pre>"
