"""What the client sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accredit.explaining.page.values import guarded
from accredit.web.elements import Html, tag
from accredit.web.pieces import facts, section


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request: `path` has no query, and `fields` are those of its form or its JSON."""

    method: str
    path: str
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)


def request_part(sent: Sent) -> Html:
    """Return what was sent, with secrets shortened."""
    return section(
        "The client sent",
        tag("p", tag("code", f"{sent.method} {sent.path}")),
        facts(*((name, tag("bdi", guarded(name, value))) for name, value in sent.fields.items())),
        id_="request",
    )
