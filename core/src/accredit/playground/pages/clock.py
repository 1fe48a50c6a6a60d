"""Time that can be let pass, so that what ends can be seen to end."""

from accredit.playground.layout import button, form
from accredit.playground.pages.spans import in_words
from accredit.web.elements import Html, tag
from accredit.web.pieces import section

PASSAGES = {31: "31 seconds", 3600: "an hour", 86400: "a day"}
"""So much time can be let pass, in seconds, with its words."""
KEYS_FORGOTTEN_S = 259_200
"""After three days no provider's key is kept any more, of whose key set nothing was heard."""
SPANS = frozenset({*PASSAGES, KEYS_FORGOTTEN_S})
"""All that can be let pass at once, in seconds."""
_ABOUT = (
    "Tokens run out by this clock, and Accredit forgets by it what a provider has said. It is one for all: for "
    "Accredit and for the providers here. It only goes forward. To put it right, stop the server and start it anew."
)


def clock(ahead_s: float, *, back: str, connection: str = "") -> Html:
    """Return the buttons that let time pass, and lead back to the request `back`, or else to the start page."""
    now = f"{in_words(ahead_s)} ahead of this machine's" if ahead_s else "that of this machine"
    buttons = [
        button(f"Let {words} pass", name="seconds", value=str(seconds), class_="quiet")
        for seconds, words in PASSAGES.items()
    ]
    return section(
        "Let time pass",
        tag("p", "The clock is ", tag("strong", now), "."),
        form("time", tag("p", buttons, class_="bar"), back=back, connection=connection),
        tag("p", _ABOUT, class_="about"),
        id_="time",
    )
