"""The first screen: what this is about, for somebody who has never heard of it."""

from collections.abc import Sequence

from accredit.playground.layout import button, form
from accredit.testing import Sample
from accredit.web.elements import Html, tag
from accredit.web.pieces import facts


def story(
    connection: str, app_ids: Sequence[str], mine: Sample | None, theirs: Sample | None, *, takes_codes: bool
) -> Html:
    """Return it, told with two samples of a connection, which may take codes alone.

    `app_ids` are our app's names at the provider.
    """
    is_code = takes_codes or (mine is not None and mine.field == "code")
    code = " What it hands out is a code, which is good once: Accredit gets the token for it." if is_code else ""
    lead = (
        "A token is like a ticket: it is good for one place and for a short time. When Ada logs in to your app with "
        f"her account at {connection}, {connection} makes a token for your app. Your app sends it to your server. "
        "Your server must find out whose token it is, and whether it was made for your app."
    )
    accredit = (
        "runs on your server. It asks the provider about the token, or checks the provider's signature. Only if all is "
        "well, it gives your app tokens of its own, which say who is logged in."
    )
    ada = _step(connection, mine, "Ada logs in to your app", "Her token was made for your app: she is let in.")
    quiz = _step(connection, theirs, "The quiz app sends Ada's token to your server", _promise(connection, theirs))
    return tag(
        "section",
        tag("h1", "Whose token is this, and was it made for your app?", id="story-title"),
        tag("p", lead, class_="lead"),
        facts(
            ("Ada", f"uses your app. She has also logged in to a quiz with her account at {connection}."),
            ("Your app", ["has a number or a name at ", connection, ": ", tag("code", ", ".join(app_ids)), "."]),
            ("The quiz app", "is somebody else's. It keeps a token of everybody who has logged in to it, also Ada's."),
            ("The provider", f"is {connection}. It made both tokens. Here it is simulated on this machine.{code}"),
            ("Accredit", accredit),
        ),
        tag("ol", tag("li", ada), tag("li", quiz), class_="steps"),
        aria_labelledby="story-title",
        class_="story",
    )


def _promise(connection: str, theirs: Sample | None) -> str:
    if theirs is None or theirs.expected == "wrong_audience":
        return "A real token, and really hers. See why it must be kept out."
    return f"A real token, and really hers. But {connection} does not tell your app about it: see what that means."


def _step(connection: str, sample: Sample | None, text: str, about: str) -> Html | None:
    if sample is None:
        return tag("p", text, ": this provider has no such token to try.")
    return form("send", button(text), tag("span", about, class_="about"), connection=connection, sample=sample.name)
