"""Pieces that many pages are made of; `style.css` says how they look."""

import datetime as dt
from collections.abc import Iterable, Sequence

from accredit.web.elements import Child, Html, join, tag


def head(title: str, *more: Child) -> Html:
    """Return the head of a page, with whatever else belongs there."""
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        *more,
    )


def section(title: str, *content: Child, id_: str) -> Html:
    """Return a part of a page below its heading, which names it."""
    return tag("section", tag("h2", title, id=f"{id_}-title"), *content, aria_labelledby=f"{id_}-title", id=id_)


def table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[Child]], *, numbers_from: int = 99, empty: str
) -> Html:
    """Return a table whose first column heads its rows; or, without rows, the sentence `empty`.

    Columns from `numbers_from` hold numbers. It can be scrolled sideways by keyboard where the screen is narrow.
    """
    body = [
        tag("tr", [_cell(number, child, is_number=number >= numbers_from) for number, child in enumerate(row)])
        for row in rows
    ]
    if not body:
        return tag("p", empty, class_="empty")
    head = [
        tag("th", name, scope="col", class_="number" if number >= numbers_from else None)
        for number, name in enumerate(columns)
    ]
    made = tag("table", tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", body))
    # No region: that is a landmark, and two tables of one name on a page could not be told apart.
    return tag("div", made, class_="scrolls", role="group", aria_label=caption, tabindex="0")


def _cell(number: int, child: Child, *, is_number: bool) -> Html:
    if number == 0:
        return tag("th", child, scope="row")
    return tag("td", child, class_="number" if is_number else None)


def state(word: str, kind: str) -> Html:
    """Return a word that says how something is. `kind` is `good`, `bad`, `odd` or `plain`: its colour.

    Nothing is told by the colour alone: the word must say it, too.
    """
    return tag("span", word, class_=f"state {kind}")


def facts(*pairs: tuple[str, Child]) -> Html:
    """Return a list of names with what belongs to each."""
    return tag("dl", [join(tag("dt", name), tag("dd", value)) for name, value in pairs])


def moment(at: float) -> Html:
    """Return a time, in UTC, as people and programs read it. `at` is epoch seconds."""
    try:
        when = dt.datetime.fromtimestamp(at, dt.UTC)
    except (ValueError, OverflowError, OSError):  # no time that a calendar has
        return tag("span", str(at))
    return tag("time", when.strftime("%Y-%m-%d %H:%M:%S"), datetime=when.strftime("%Y-%m-%dT%H:%M:%SZ"))


def notice(text: Child, *, is_bad: bool = False) -> Html:
    """Return a sentence about what has just been done, or could not be."""
    return tag("p", text, class_="notice bad" if is_bad else "notice", role="alert" if is_bad else "status")
