"""The start page: the story, what there is to try, and what was tried of late."""

from collections.abc import Sequence
from urllib.parse import urlencode

from accredit.playground.layout import shell
from accredit.playground.pages.clock import clock
from accredit.playground.pages.faults import faults
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
    providers: Sequence[Provider],
    connection: Connection,
    recordings: Sequence[Recording],
    ahead_s: float,
    notes: Sequence[str] = (),
    problem: str = "",
    banner: Html | None = None,
) -> Html:
    """Return the page, with one of the `providers` chosen."""
    return shell(
        "Start",
        notice(problem, is_bad=True) if problem else None,
        story(
            provider.name,
            sorted(connection.accepted),
            stock.of_ours,
            stock.of_another_app,
            takes_codes=provider.accepts_only_codes,
        ),
        section(
            "Providers",
            tag("nav", tag("ul", [_link(one.name, provider.name) for one in providers]), aria_label="Providers"),
            tag(
                "p",
                "In the settings of Accredit, and on these pages, each has the name of its connection.",
                class_="about",
            ),
            [tag("p", note, class_="about") for note in notes],
            id_="providers",
        ),
        tokens(provider.name, stock),
        paste(connection),
        faults(provider, stock.of_ours),
        clock(ahead_s, back="", connection=provider.name),
        latest(recordings),
        banner=banner,
        script="live",
    )


def _link(name: str, chosen: str) -> Html:
    path = f"/?{urlencode({'connection': name})}"
    return tag("li", tag("a", name, href=path, aria_current="true" if name == chosen else None))
