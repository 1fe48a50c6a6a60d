"""The audit event, as the log has it."""

from collections.abc import Mapping
from typing import Any

from accredit.explaining.page.values import lines_of
from accredit.web.elements import Html, tag
from accredit.web.pieces import section

_ABOUT = "Every request leaves one such line in the log. It holds no token and no secret."


def event_part(event: Mapping[str, Any]) -> Html:
    """Return its fields as JSON."""
    return section("What was logged", tag("p", _ABOUT, class_="about"), lines_of(event), id_="event")
