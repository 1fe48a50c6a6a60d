"""Whose token it is, and who would be in whose place if a token of any app were let in."""

from accredit.errors import WrongAudience
from accredit.explaining.page.audience import is_hushed, is_same, others
from accredit.explaining.page.cast import Cast
from accredit.explaining.page.prose import prose
from accredit.explaining.report import Report
from accredit.explaining.words.words import Words
from accredit.web.elements import Child, Html, tag, user_text


def story(report: Report, who: Cast, words: Words | None) -> Html | None:
    """Return it in a sentence or three. Where nobody knows whose it is, `words` say what has happened."""
    if report.profile is not None:
        return tag("p", _let_in(report, who), _id(report, who), class_="story")
    told = _kept_out(report, who)
    if told is None:
        told = None if words is None else prose(words.what)
    return None if told is None else tag("p", told, _id(report, who), class_="story odd")


def _let_in(report: Report, who: Cast) -> Child:
    if (report.audience or {}).get("proof") == "Unbound":
        return ["The ", who.shown, " is ", _whose(report, who), ", and nobody can tell for which app it was made."]
    return ["The ", who.shown, " is ", _whose(report, who), ", and it was made for your app."]


def _kept_out(report: Report, who: Cast) -> Child:
    if is_hushed(report, who):
        return _hushed(report, who)
    if report.reason != WrongAudience.reason:
        return None if report.whose is None else ["The ", who.shown, " is ", _whose(report, who), "."]
    if report.whose is None and not who.person:
        return "It was made for another app. Nobody has said for which, or whose it is."
    real: Child = ["The ", who.shown, " is genuine, and it is ", _whose(report, who), ". "]
    if is_same(report):
        return [real, "It was made for your app, too. But the app that sent it said that it was another user's."]
    name, app = _name(report, who), who.other_app
    foreign = others(report)
    had = ["Had it been let in, whoever runs ", app or "that app", " would be logged in here now as ", name, "."]
    if foreign:
        ids = tag("bdi", ", ".join(map(str, foreign)))
        other = [app or "another app", " (", ids, ")"]
        has_ours = len(foreign) < len((report.audience or {})["named"])
        if has_ours:
            return [real, "But it was made not for your app alone: it was made for ", other, " as well. ", had]
        return [real, "But it was made for ", other, ", not for your app. ", had]
    if report.audience is None:
        return [real, "But it was made for ", app or "another app", ", not for your app. ", had]
    if report.audience.get("named"):
        return [real, "But the id of your app that it names is not good for tokens of this kind."]
    return [
        real, "But nobody can tell for which app it was made. If such tokens were let in, whoever runs any other app "
        "that has one could log in here as ", name, ".",
    ]  # fmt: skip


def _hushed(report: Report, who: Cast) -> Child:
    app, thing = who.other_app or "another app", who.shown
    whose: Child = [", and it is ", _whose(report, who)] if who.person else None
    return [
        "The ", thing, " is genuine", whose, ". But it was made for ", app, ", not for your app. ",
        user_text(report.connection), f" says only that this {thing} is not good, as of any other that is not. So "
        "nobody can log in here with it.",
    ]  # fmt: skip


def _whose(report: Report, who: Cast) -> Child:
    name = _named(report) or who.person
    return [tag("bdi", name), "'s"] if name else ["that of user ", user_text(_user_id(report))]


def _id(report: Report, who: Cast) -> Html | None:
    """Return what the provider calls somebody of whom it does not tell the name."""
    user_id = _user_id(report)
    if not user_id or not who.person or _named(report):
        return None
    provider = user_text(report.connection)
    return tag("span", provider, " tells no name, only an id: ", tag("bdi", user_id), class_="asks")


def _name(report: Report, who: Cast) -> Html:
    return user_text(_named(report) or who.person or f"user {_user_id(report)}")


def _named(report: Report) -> str:
    known = report.profile if report.profile is not None else report.whose
    return str((known or {}).get("name") or "")


def _user_id(report: Report) -> str:
    return str(report.user_id or (report.whose or {}).get("user_id") or "")
