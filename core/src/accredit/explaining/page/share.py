"""A bar for a part of the time. Its length is an attribute: policies of content forbid style in an element."""

from accredit.web.elements import Html, tag


def share(before: float, took: float, total: float) -> Html:
    """Return when something was, and for how long, of `total`. The number stands beside it, for who cannot see it."""
    scale = 100 / total if total > 0 else 0
    width = max(took * scale, 1)
    bar = tag("rect", x=f"{min(before * scale, 100 - width):.1f}", y="0", width=f"{width:.1f}", height="8")
    return tag("svg", bar, viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true", class_="share")
