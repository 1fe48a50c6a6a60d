"""Sentences of `accredit.explaining.words`, in which names of programs stand between backticks."""

from accredit.explaining.words.words import Words
from accredit.web.elements import Child, Html, join, tag


def prose(text: str) -> Html:
    """Return a sentence, with its names set as such."""
    parts = text.split("`")
    return join(*(tag("code", part) if number % 2 else part for number, part in enumerate(parts)))


def turns(words: Words) -> Html:
    """Return who must do what, as a list."""
    return tag("ul", [tag("li", _actor(who), prose(what)) for who, what in words.who], class_="says")


def explained(words: Words) -> list[tuple[str, Child]]:
    """Return what is said of a reason, each with what it tells, for a list of facts."""
    return [
        ("What happened", prose(words.what)),
        ("Why", prose(words.why)),
        ("What the app is told", prose(words.client)),
        ("What to do", turns(words)),
    ]


def _actor(who: str) -> Child:
    return None if who == "nobody" else tag("strong", f"{who[:1].upper()}{who[1:]}: ")
