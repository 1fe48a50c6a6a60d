"""The start page: the story, what there is to try, and what was tried of late."""

from collections.abc import Sequence
from urllib.parse import urlencode

from accredit.playground.layout import shell
from accredit.playground.pages.clock import clock
from accredit.playground.pages.faults import faults, reminder
from accredit.playground.pages.latest import latest
from accredit.playground.pages.paste import paste
from accredit.playground.pages.story import story
from accredit.playground.pages.tokens import tokens
from accredit.playground.recording import Recording
from accredit.playground.stock import Stock
from accredit.plugins import Connection
from accredit.sandbox.sandbox import Provider
from accredit.web.elements import Html, tag
from accredit.web.pieces import notice, section


def start(
    provider: Provider,
    stock: Stock,
    *,
    connections: Sequence[str],
    connection: Connection,
    recordings: Sequence[Recording],
    ahead_s: float,
    notes: Sequence[str] = (),
    problem: str = "",
) -> Html:
    """Return the page, with one of the `connections` chosen."""
    return shell(
        "Start",
        notice(problem, is_bad=True) if problem else None,
        story(provider.name, sorted(connection.accepted), stock.of_ours, stock.of_another_app),
        section(
            "Connections",
            tag("nav", tag("ul", [_link(name, provider.name) for name in connections]), aria_label="Connections"),
            [tag("p", note, class_="about") for note in notes],
            id_="connections",
        ),
        reminder(provider.switches.fault),
        tokens(provider.name, stock),
        paste(connection),
        faults(provider.name, provider.simulator, provider.switches.fault),
        clock(ahead_s, back=""),
        latest(recordings),
        script="live",
    )


def _link(name: str, chosen: str) -> Html:
    path = f"/?{urlencode({'connection': name})}#connections"
    return tag("li", tag("a", name, href=path, aria_current="true" if name == chosen else None))
