"""For which app the token was made: the question that this is all about."""

from collections.abc import Sequence

from accredit.errors import WrongAudience
from accredit.explaining.page.prose import prose
from accredit.explaining.report import Report
from accredit.explaining.words.checks import PROOFS
from accredit.web.elements import Child, Html, join, tag
from accredit.web.pieces import section, state

_WHY = (
    "Every app that people log in to gets such tokens of them. If the token of any app were good here, whoever runs "
    "that app could log in here as each of its users. So a token is only let in where it was made for your app."
)
_UNNAMED = {
    "SignedByUs": ("signed by your app: let in", "signed by another app: kept out"),
    "Unbound": ("let in all the same, because your settings say so", "kept out"),
}
"""Of proofs that name no app: what is told where the check has passed, and where it has not."""


def audience_part(report: Report) -> Html:
    """Return for which app the token was made beside what your app is, and whether that is the same."""
    return section("For whom the token was made", _picture(report), tag("p", _WHY, class_="about"), id_="audience")


def is_same(report: Report) -> bool | None:
    """Tell whether it was made for this app; None where nobody has looked. Our check tells, or the provider itself."""
    verdicts = [check["verdict"] for check in report.checks if check["name"] == "check_audience"]
    if verdicts:
        return bool(verdicts[-1] == "passed")
    return False if report.reason == WrongAudience.reason else None


def _picture(report: Report) -> Child:
    audience, same = report.audience, is_same(report)
    if same is None:
        return tag("p", "The provider did not say: the login ended before that.", class_="empty")
    if audience is None:
        about = "The provider says that it was made for another app, and does not say for which."
        return tag("p", about, " ", state("kept out", "bad"))
    proof = tag("p", prose(PROOFS[audience["proof"]]))
    if "named" not in audience:
        passed, refused = _UNNAMED[audience["proof"]]
        return join(proof, tag("p", _answer(passed, refused, same=same)))
    return join(
        proof,
        tag(
            "div",
            _side("The token was made for", audience["named"]),
            tag("p", _answer("the same: let in", "not the same: kept out", same=same), class_="between"),
            _side("Your app is", audience["accepted"]),
            class_="sides",
        ),
    )


def _answer(passed: str, refused: str, *, same: bool) -> Html:
    return state(passed, "good") if same else state(refused, "bad")


def _side(title: str, ids: Sequence[object]) -> Html:
    names = [tag("li", tag("bdi", str(one))) for one in ids]
    return tag("div", tag("p", title, class_="about"), tag("ul", names or tag("li", "no app")), class_="side")
