"""The first screen: what this is about, for somebody who has never heard of it."""

from collections.abc import Sequence

from accredit.playground.layout import button, form
from accredit.testing import Sample
from accredit.web.elements import Html, tag
from accredit.web.pieces import facts


def story(connection: str, app_ids: Sequence[str], mine: Sample | None, theirs: Sample | None) -> Html:
    """Return it, told with two samples of a connection. `app_ids` are our app's names at the provider."""
    return tag(
        "section",
        tag("h1", "Whose token is this, and was it made for your app?", id="story-title"),
        tag(
            "p",
            f"People log in to your app with their account at a provider, here {connection}. The provider gives your "
            "app a token. Your server gets it, and must find out who that is. Accredit asks the provider, and answers "
            "with tokens of your own.",
            class_="lead",
        ),
        facts(
            ("Ada", "uses your app. She has also tried a quiz."),
            ("Your app", ["is known to the provider as ", tag("code", ", ".join(app_ids)), "."]),
            ("The quiz app", "is somebody else's. It has a token of everybody who has ever tried it."),
            ("The provider", f"is {connection}, simulated on this machine."),
        ),
        tag(
            "ol",
            tag("li", _step(connection, mine, "Ada logs in to your app", "She is let in.")),
            tag(
                "li",
                _step(
                    connection,
                    theirs,
                    "The quiz app shows Ada's token",
                    "A real token, and really hers. See what must happen, and why.",
                ),
            ),
            class_="steps",
        ),
        aria_labelledby="story-title",
        class_="story",
    )


def _step(connection: str, sample: Sample | None, text: str, about: str) -> Html | None:
    if sample is None:
        return tag("p", text, ": this provider has no such token to try.")
    return form("send", button(text), tag("span", about, class_="about"), connection=connection, sample=sample.name)
