"""Accounts and users by their names, with the ids that programs know them by."""

from accredit.playground.held import Account, Held
from accredit.playground.recording import Recording
from accredit.testing import PEOPLE
from accredit.web.elements import Html, join, tag, user_text

_PEOPLE = {one.name for one in PEOPLE}
_LINKED_THEN = "The account was linked, and has been unlinked since"


def account_words(account: Account) -> Html:
    """Return whose account it is, and where, such as `Ada Lovelace's account at weibo (1001)`."""
    whose = join(user_text(account.name), "'s account") if account.name else "an account"
    return join(whose, f" at {account.namespace} (", user_text(account.user_id), ")")


def user_words(name: str, subject: str) -> Html:
    """Return a user of ours: the name, and then the subject."""
    return join(user_text(name), " (", user_text(subject), ")") if name else join(user_text(subject))


def linked(recording: Recording, held: Held) -> Html | None:
    """Return, of a login by an account that was linked, to whom, and whether that is still so; None of others."""
    event = recording.login
    if event is None or event.outcome != "accepted" or not held.is_linked:
        return None
    account, user = account_words(held.account), user_words(held.name, held.subject)
    if held.is_unlinked:
        was = "It was linked already" if recording.is_to_link and not event.linked else "It was linked then"
        words = join(
            was, ", and has been unlinked since: ", account, " does not belong to ", user, " any more. ",
            tag("a", "See the session", href="#session"), ".",
        )  # fmt: skip
        return tag("p", words, class_="notice")
    if event.linked:
        words = join("Linked: ", account, " now belongs to ", user, ". Who logs in with it is that user from now on.")
    elif recording.is_to_link:
        words = join("It was linked already: ", account, " belongs to ", user, ". Nothing has changed.")
    else:
        words = join(
            "Linked: this account belongs to ", user, ". So this is a login of that user. It is ", account, "."
        )
    are_two = held.account.name != held.name and {held.account.name, held.name} <= _PEOPLE
    warning = " Two people are one user now: link only accounts of the same person." if are_two else ""
    return tag("p", words, warning, class_="notice bad" if are_two else "notice")


def heading_of(recording: Recording, held: Held) -> str:
    """Return the heading of the page of a request that has linked an account which was unlinked since; else empty."""
    return _LINKED_THEN if recording.login is not None and recording.login.linked and held.is_unlinked else ""
