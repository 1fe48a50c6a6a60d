"""What the app sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accredit.explaining.page.prose import prose
from accredit.explaining.page.values import guarded
from accredit.explaining.words.fields import FIELDS
from accredit.web.elements import Child, Html, tag
from accredit.web.pieces import facts, section


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request: `path` has no query, and `fields` are those of its form or its JSON."""

    method: str
    path: str
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)


def request_part(sent: Sent) -> Html:
    """Return what was sent, with secrets shortened, and what each field is for."""
    return section(
        "What the app sent",
        tag("p", tag("code", f"{sent.method} {sent.path}")),
        facts(*((name, _value(name, value)) for name, value in sent.fields.items())),
        id_="request",
    )


def _value(name: str, value: object) -> Child:
    about = FIELDS.get(name)
    return [tag("bdi", guarded(name, value)), None if about is None else tag("span", prose(about), class_="asks")]
