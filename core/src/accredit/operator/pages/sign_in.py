"""Where the token is asked for."""

from accredit.operator.layout import shell
from accredit.web.elements import Html, tag
from accredit.web.pieces import notice


def sign_in(problem: str = "") -> Html:
    """Return the page; `problem` is why the last attempt has failed."""
    form = tag(
        "form",
        # For who keeps passwords in the browser: it asks whose one it is.
        tag("input", name="name", value="operator", autocomplete="username", hidden=True),
        tag("label", "Token", for_="token"),
        tag(
            "input",
            id="token",
            name="token",
            type="password",
            autocomplete="current-password",
            required=True,
            autofocus=not problem,
            spellcheck="false",
            aria_describedby="token-about",
        ),
        tag(
            "p", "The one that ", tag("code", "accredit operator token"), " has made.", id="token-about", class_="about"
        ),
        tag("button", "Sign in", type="submit"),
        method="post",
        action="/sign-in",
    )
    told = notice(problem, is_bad=True) if problem else None
    return shell("Sign in", tag("h1", "Sign in"), told, form)
