"""For which app the token was made: the question that this is all about."""

from collections.abc import Sequence
from typing import Any

from accredit.errors import WrongAudience
from accredit.explaining.page.cast import Cast
from accredit.explaining.page.prose import prose
from accredit.explaining.report import Report
from accredit.explaining.words.checks import PROOFS
from accredit.explaining.words.words import WHOEVER
from accredit.web.elements import Child, Html, join, tag, user_text
from accredit.web.pieces import section, state

_UNNAMED = {
    "SignedByUs": ("signed by your app: let in", "signed by another app: kept out"),
    "Unbound": ("let in all the same, because your settings say so", "kept out"),
}
"""Of proofs that name no app: what is told where the check has passed, and where it has not."""
_WORD = "For whom a token was made is called its audience, in short `aud`."


def audience_part(report: Report, who: Cast) -> Html:
    """Return for which app the token was made beside what your app is, and whether that is the same."""
    is_told = is_hushed(report, who) or is_same(report) is False  # by the reason
    why = None if is_told else tag("p", f"Why it is asked: {WHOEVER[:1].lower()}{WHOEVER[1:]}", class_="about")
    return section(
        "For whom the token was made",
        _picture(report, who),
        tag("p", prose(_WORD), class_="about"),
        why,
        id_="audience",
    )


def is_same(report: Report) -> bool | None:
    """Tell whether it was made for this app; None where nobody has looked. Our check tells, or the provider itself."""
    verdicts = [check["verdict"] for check in report.checks if check["name"] == "check_audience"]
    if verdicts:
        return bool(verdicts[-1] == "passed")
    return False if report.reason == WrongAudience.reason else None


def is_hushed(report: Report, who: Cast) -> bool:
    """Tell whether the provider says no more of another app's token than that it is not good."""
    by = [check["name"] for check in report.checks if check["verdict"] == "refused"]
    return who.is_foreign and by == ["verify"] and report.reason != WrongAudience.reason


def others(report: Report) -> list[Any]:
    """Return the apps that it was made for, without your own."""
    audience = report.audience or {}
    return [one for one in audience.get("named", ()) if one not in audience["accepted"]]


def _picture(report: Report, who: Cast) -> Child:
    audience, same = report.audience, is_same(report)
    if is_hushed(report, who):
        said = f" does not speak of {who.shown}s that it has made for other apps: it only says no. That is enough. "
        known = "For which app it is, only this page knows: neither the server nor its log can know it."
        return join(
            tag("p", user_text(report.connection), said, state("kept out", "odd")), tag("p", known, class_="about")
        )
    if same is None:
        return tag("p", "The provider did not say: the login ended before that.", class_="empty")
    if audience is None:
        about = "The provider says that it was made for another app, and does not say for which."
        return tag("p", about, " ", state("kept out", "odd"))
    proof = tag("p", prose(PROOFS[audience["proof"]]), class_="about")
    if "named" not in audience:
        passed, refused = _UNNAMED[audience["proof"]]
        return join(proof, tag("p", _answer(passed, refused, same=same)))
    foreign, provider = others(report), user_text(report.connection)
    return join(
        tag(
            "div",
            _side("The token was made for", [_named(one, who, is_other=one in foreign) for one in audience["named"]]),
            tag("p", _answer("the same: let in", "not the same: kept out", same=same), class_="between"),
            _side(["Your app is, as ", provider, " knows it"], [tag("bdi", str(one)) for one in audience["accepted"]]),
            class_="sides",
        ),
        proof,
    )


def _answer(passed: str, refused: str, *, same: bool) -> Html:
    return state(passed, "good") if same else state(refused, "odd")


def _named(app: object, who: Cast, *, is_other: bool) -> Child:
    name = tag("span", who.other_app, class_="asks") if is_other and who.other_app else None
    return [tag("bdi", str(app)), name]


def _side(title: Child, ids: Sequence[Child]) -> Html:
    names = [tag("li", one) for one in ids]
    return tag("div", tag("p", title, class_="about"), tag("ul", names or tag("li", "no app")), class_="side")
