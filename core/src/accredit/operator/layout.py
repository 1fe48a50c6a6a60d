"""What every page has: its head, and the way around."""

from accredit.operator.sessions import SignedIn
from accredit.web.elements import Child, Html, tag
from accredit.web.pieces import head

PLACES = (("./", "Overview"), ("refusals", "Refusals"), ("keys", "Keys and versions"), ("subject", "Subjects"))
"""From any page: `accredit.operator.rooms` decides what stands before."""
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field


def shell(title: str, *content: Child, at: str = "", signed_in: SignedIn | None = None, is_live: bool = False) -> Html:
    """Return a whole page. `at` is the place in the way around that it belongs to; `is_live`: it keeps itself fresh."""
    top = head(
        f"{title} – Accredit operator",
        tag("link", rel="stylesheet", href="/page.css"),
        tag("script", src="/live.js", defer=True) if is_live else None,
    )
    skip = tag("a", "Skip to the content", href="#content", class_="skip")
    main = tag("main", *content, id="content", tabindex="-1")
    return tag("html", top, tag("body", skip, _header(at, signed_in), main), lang="en")


def _header(at: str, signed_in: SignedIn | None) -> Html:
    name = tag("p", tag("strong", "Accredit"), " operator", class_="name")
    if signed_in is None:
        return tag("header", name)
    links = [tag("li", tag("a", text, href=path, aria_current="page" if path == at else None)) for path, text in PLACES]
    return tag(
        "header",
        name,
        tag("nav", tag("ul", links), aria_label="Pages"),
        post("sign-out", signed_in, tag("button", "Sign out", type="submit", class_="quiet")),
    )


def post(path: str, signed_in: SignedIn, *content: Child, **fields: str) -> Html:
    """Return a form that changes something, with what proves that it is ours."""
    hidden = {FORM_TOKEN: signed_in.form_token, **fields}
    inputs = [tag("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
    return tag("form", inputs, *content, method="post", action=path)
