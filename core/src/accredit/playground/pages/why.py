"""Why a request was refused, in plain words."""

from accredit.explaining.reasons import REASONS
from accredit.web.elements import Html, tag
from accredit.web.pieces import facts, section


def title_of(reason: str) -> str:
    """Return a reason in a few words; of a plugin's own, its name."""
    return REASONS[reason].title if reason in REASONS else reason


def why(reason: str) -> Html | None:
    """Return what has happened, why it is refused, and who must do what; None where there are no words for it."""
    words = REASONS.get(reason)
    if words is None:
        return None
    return section(
        "Why",
        tag("p", words.what, " ", words.why, class_="lead"),
        tag("p", words.client),
        facts(*((who.capitalize(), what) for who, what in words.who)),
        id_="why",
    )
