"""Accounts and users by their names, with the ids that programs know them by."""

from accredit.playground.held import Account, Held
from accredit.playground.recording import Recording
from accredit.testing import PEOPLE
from accredit.web.elements import Html, join, tag, user_text

_PEOPLE = {one.name for one in PEOPLE}


def account_words(account: Account) -> Html:
    """Return whose account it is, and where, such as `Ada Lovelace's account at weibo (1001)`."""
    whose = join(user_text(account.name), "'s account") if account.name else "an account"
    return join(whose, f" at {account.namespace} (", user_text(account.user_id), ")")


def user_words(name: str, subject: str) -> Html:
    """Return a user of ours: the name, and then the subject."""
    return join(user_text(name), " (", user_text(subject), ")") if name else join(user_text(subject))


def linked(recording: Recording, held: Held) -> Html | None:
    """Return, of a login by an account that was linked, to whom; None of anything else."""
    event = recording.login
    if event is None or event.outcome != "accepted" or not held.is_linked:
        return None
    account, user = account_words(held.account), user_words(held.name, held.subject)
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
