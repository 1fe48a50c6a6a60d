"""A part of the time, in figures and as a bar.

The bar's length is an attribute: policies of content forbid style in an element.
"""

from accredit.web.elements import Html, tag


def took_ms(duration_ms: float) -> Html:
    """Return milliseconds, in one line."""
    return tag("span", f"{duration_ms:,.1f} ms", class_="took")


def share(before: float, took: float, total: float) -> Html:
    """Return when something was, and for how long, of `total`. The number stands beside it, for who cannot see it."""
    scale = 100 / total if total > 0 else 0
    width = min(max(took * scale, 1), 100)
    bar = tag("rect", x=f"{min(before * scale, 100 - width):.1f}", y="0", width=f"{width:.1f}", height="8")
    return tag("svg", bar, viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true", class_="share")
