"""Sentences of `accredit.explaining.words`, in which names of programs stand between backticks."""

from accredit.explaining.words.words import Words
from accredit.web.elements import Child, Html, join, tag


def prose(text: str) -> Html:
    """Return a sentence, with its names set as such."""
    parts = text.split("`")
    return join(*(tag("code", part) if number % 2 else part for number, part in enumerate(parts)))


def explained(words: Words) -> list[tuple[str, Child]]:
    """Return what is said of a reason, each with what it tells, for a list of facts."""
    turns = [tag("li", tag("strong", f"{who[:1].upper()}{who[1:]}: "), prose(what)) for who, what in words.who]
    return [
        ("What happened", prose(words.what)),
        ("Why", prose(words.why)),
        ("What the app is told", prose(words.client)),
        ("What to do", tag("ul", turns)),
    ]
