"""The panel of a session: what the client holds, what each token is now, and what can be done."""

from collections.abc import Mapping, Sequence

from accredit.playground.held import Held, HeldToken
from accredit.playground.layout import button, form
from accredit.storage.rules import RefreshTokenState
from accredit.web.elements import Child, Html, join, tag, user_text
from accredit.web.pieces import facts, section, state, table

_STATES: Mapping[RefreshTokenState | None, tuple[str, str, str]] = {
    RefreshTokenState.LIVE: ("newest", "good", "It gets new tokens, and is replaced by a new one."),
    RefreshTokenState.SPENT: ("used", "bad", "Two hold it. Whoever uses it again ends the session."),
    RefreshTokenState.ENDED: ("ended", "odd", "Its session has ended."),
    RefreshTokenState.EXPIRED: ("expired", "odd", "Its time is over."),
    RefreshTokenState.PUSHED_OUT: ("pushed out", "odd", "Others of its session took its place."),
    RefreshTokenState.OVERTAKEN: ("replaced", "odd", "It was replaced a moment ago."),
    None: ("used", "bad", "It was replaced long ago. Whoever uses it ends the session."),
}


def session(held: Held, run: int, connections: Sequence[str]) -> Html:
    """Return the panel on the page of a request. `connections` are those with somebody to link."""
    this = str(run)
    return section(
        "The session that it belongs to",
        tag("p", state("over", "odd") if held.is_over else state("goes on", "good")),
        facts(
            ("Subject", user_text(held.subject)),
            ("Session", tag("code", held.session_id)),
            ("Linked accounts", [_identity(this, *one) for one in held.identities] or "none"),
        ),
        table(
            "Refresh tokens, in the order in which they came",
            ("From", "Try it", "It is", "Which means"),
            [_row(one, this) for one in held.tokens],
            empty="It has none that is still known here.",
        ),
        tag(
            "div",
            form("userinfo", button("Ask /userinfo who it is", class_="quiet"), run=this),
            form("revoke", button("Log out: revoke", class_="quiet"), run=this),
            class_="bar",
        ),
        form(
            "link",
            tag("label", "Link an account of Ada's at another provider to the same subject", for_="link"),
            tag(
                "p",
                tag("select", [tag("option", name, value=name) for name in connections], id="link", name="connection"),
                button("Link", class_="quiet"),
                class_="bar",
            ),
            run=this,
        ),
        id_="session",
    )


def _row(token: HeldToken, run: str) -> Sequence[Child]:
    word, kind, about = _STATES[token.state]
    if token.state is RefreshTokenState.LIVE and token.is_replaced:
        word, kind = "replaced, in its leeway", "odd"
        about = f"It works again for {token.seconds_left} seconds: answers get lost on phones."
    return (
        tag("a", f"request {token.run}", href=f"/playground/runs/{token.run}"),
        form(
            "refresh",
            button(join("Use it", tag("span", f": the refresh token of request {token.run}", class_="hidden"))),
            run=run,
            token=str(token.run),
        ),
        state(word, kind),
        about,
    )


def _identity(run: str, namespace: str, user_id: str) -> Html:
    name = f"{namespace} {user_id}"
    return form(
        "unlink", user_text(name), " ", button("Unlink", class_="quiet"), run=run, namespace=namespace, user_id=user_id
    )
