"""The panel of a session: what the client holds, what each token is now, and what can be done."""

from collections.abc import Mapping, Sequence

from accredit.explaining.page.values import lines_of
from accredit.playground.held import Account, Held, HeldToken
from accredit.playground.layout import button, form
from accredit.playground.pages.accounts import account_words, user_words
from accredit.playground.pages.logged import logged
from accredit.playground.pages.spans import in_words
from accredit.playground.unlinked import Unlinked
from accredit.storage.rules import RefreshTokenState
from accredit.testing import PEOPLE
from accredit.web.elements import Child, Html, join, tag
from accredit.web.pieces import facts, moment, notice, section, state, table

_USED = "It was replaced. If it is used again, two have it: then the session ends."
_STATES: Mapping[RefreshTokenState, tuple[str, str, str]] = {
    RefreshTokenState.SPENT: ("used", "bad", _USED),
    RefreshTokenState.ENDED: ("ended", "plain", "Its session has ended."),
    RefreshTokenState.EXPIRED: ("expired", "plain", "Its time is over."),
    RefreshTokenState.PUSHED_OUT: ("pushed out", "plain", "Others of its session took its place."),
    RefreshTokenState.OVERTAKEN: ("replaced", "plain", "It was replaced a moment ago."),
}
_NOTHING_TO_DO = (
    "The session has ended. So there is nothing to log out of, nothing can be linked, and its tokens are refused here. "
    "To go on, the user logs in again."
)
_TOO_OLD = (
    "Its access token is too old to ask /userinfo or to link an account. Use the newest refresh token: that gets a new "
    "one."
)


def session(held: Held, run: int, connections: Sequence[str], unlinked: Sequence[Unlinked]) -> Html:
    """Return the panel on the page of a request.

    `connections` are those with an account to link, and `unlinked` is what was unlinked by this panel.
    """
    this = str(run)
    return section(
        "The session that it belongs to",
        tag("p", state("over", "plain") if held.is_over else state("goes on", "good")),
        [_unlinked(one) for one in unlinked],
        facts(
            ("User", user_words(held.name, held.subject)),
            ("Logged in with", account_words(held.account)),
            ("Linked accounts", [_linked(this, one) for one in held.identities] or "none"),
            ("Session", tag("code", held.session_id)),
        ),
        table(
            "Refresh tokens, in the order in which they came",
            ("Came with", "It is"),
            [_row(one, this, held) for one in held.tokens],
            empty="It has none that is still known here.",
        ),
        tag("p", _NOTHING_TO_DO) if held.is_over else _what_can_be_done(held, this, connections),
        id_="session",
    )


def _what_can_be_done(held: Held, run: str, connections: Sequence[str]) -> Html:
    ask = form("userinfo", button("Ask /userinfo who it is", class_="quiet"), run=run)
    end = form("revoke", button("Log out: ends the session", class_="danger"), run=run)
    is_live = held.is_access_token_live
    return join(
        tag("div", ask if is_live else None, end, class_="bar"),
        _link(held, run, connections) if is_live else tag("p", _TOO_OLD),
    )


def _link(held: Held, run: str, connections: Sequence[str]) -> Html:
    whose = "somebody" if held.person is None else held.person.name
    if not connections:
        return tag("p", f"There is no account of {whose} at another provider here that could be linked.")
    people = [("", "Choose a person"), *((one.key, one.name) for one in PEOPLE)]
    asked = join(
        tag(
            "label",
            "Whose account is it? Who has logged in is not known here",
            for_="person",
        ),
        tag("p", tag("select", _options(people), id="person", name="person", required=True), class_="bar"),
    )
    named = "Link an account at another provider" if held.person is None else f"Link {whose}'s account at"
    choice = tag("select", _options([(one, one) for one in connections]), id="link", name="connection")
    return form(
        "link",
        asked if held.person is None else None,
        tag("label", named, for_="link"),
        tag("p", choice, button("Link it to this user", class_="quiet"), class_="bar"),
        run=run,
    )


def _options(pairs: Sequence[tuple[str, str]]) -> list[Html]:
    return [tag("option", words, value=value) for value, words in pairs]


def _row(token: HeldToken, run: str, held: Held) -> Sequence[Child]:
    word, kind, about, act = _told(token, held)
    return (
        tag("a", f"request {token.run}", href=f"/playground/runs/{token.run}"),
        [
            state(word, kind),
            tag("p", about),
            None if act is None else form("refresh", act, run=run, token=str(token.run)),
        ],
    )


def _told(token: HeldToken, held: Held) -> tuple[str, str, str, Html | None]:
    """Return what a refresh token is, how that looks, what it means, and the button that uses it where it has one."""
    if token.state is RefreshTokenState.LIVE and token.is_replaced:
        left = f"It works again for {in_words(token.seconds_left)}: answers get lost on phones."
        return "replaced, in its leeway", "odd", left, _use(token, "Use it again", "quiet")
    if token is held.newest:
        return "newest", "good", "It gets new tokens, and is replaced by a new one.", _use(token, "Use it", None)
    if token.state is RefreshTokenState.LIVE:
        about = "It came for the same old token as a newer one. Either can be used."
        return "works, too", "good", about, _use(token, "Use it", "quiet")
    # Where its row is gone, it was replaced long ago.
    gone = RefreshTokenState.ENDED if held.is_over else RefreshTokenState.SPENT
    now = token.state or gone
    act = _use(token, "Use it again: ends the session", "danger") if now is RefreshTokenState.SPENT else None
    return *_STATES[now], act


def _use(token: HeldToken, words: str, class_: str | None) -> Html:
    return button(
        join(words, tag("span", f": the refresh token of request {token.run}", class_="hidden")), class_=class_
    )


def _linked(run: str, account: Account) -> Html:
    what = tag("span", f" {account.namespace}", class_="hidden")
    act = button(join("Unlink", what), class_="danger")
    return form(
        "unlink", account_words(account), " ", act, run=run, namespace=account.namespace, user_id=account.user_id
    )


def _unlinked(done: Unlinked) -> Html:
    told = join(
        "Unlinked at ", moment(done.at), " UTC: ", account_words(done.account), " does not belong to ",
        user_words(done.name, done.subject), " any more. Nobody can log in with it until it is linked again, and the "
        "sessions that it began have ended. No app can ask for this: it was a call of your own program, ",
        tag("code", "exchange.subjects.unlink(…)"), ". So it is not among the latest requests, but in the log:",
    )  # fmt: skip
    return join(notice(told), tag("div", [lines_of(logged(one)) for one in done.events], class_="way"))
