"""What every page has: its head, and forms that change something."""

from accredit.web.elements import Child, Html, tag
from accredit.web.pieces import head


def shell(title: str, *content: Child, banner: Html | None = None, script: str | None = None) -> Html:
    """Return a whole page. `banner` stands above everything else, and says what is not as usual now.

    `script` is the name of one that makes it more convenient: nothing needs it.
    """
    top = head(
        f"{title} – Accredit playground",
        tag("link", rel="stylesheet", href="/playground/page.css"),
        tag("script", src=f"/playground/{script}.js", defer=True) if script else None,
    )
    name = tag("p", tag("a", tag("strong", "Accredit"), " playground", href="/"), class_="name")
    about = tag(
        "p", "All people, tokens and providers are made up, and forgotten when the server stops.", class_="about"
    )
    skip = tag("a", "Skip to the content", href="#content", class_="skip")
    main = tag("main", *content, id="content", tabindex="-1")
    return tag("html", top, tag("body", skip, tag("header", name, about, banner), main), lang="en")


def form(path: str, *content: Child, **fields: str) -> Html:
    """Return a form that does something."""
    inputs = [tag("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    return tag("form", inputs, *content, method="post", action=f"/playground/{path}")


def button(text: Child, *, name: str | None = None, value: str | None = None, class_: str | None = None) -> Html:
    """Return a button that sends its form."""
    return tag("button", text, type="submit", name=name, value=value, class_=class_)
