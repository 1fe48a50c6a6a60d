"""All there is to try at one provider, and a place for a token of one's own."""

from collections.abc import Sequence

from accredit.playground.layout import button, form
from accredit.playground.pages.why import title_of
from accredit.playground.stock import Stock
from accredit.testing import Sample
from accredit.web.elements import Html, tag
from accredit.web.pieces import notice, section


def tokens(connection: str, stock: Stock) -> Html:
    """Return the samples as buttons, those that must be accepted first."""
    if stock.problem:
        return section("Tokens to try", notice(stock.problem, is_bad=True), id_="tokens")
    return section(
        "Tokens to try",
        tag("p", "Each button sends one request, and shows what became of it.", class_="about"),
        tag("h3", "Accepted: one for each person, and other good ones"),
        _buttons(connection, stock.accepted),
        tag("h3", "Refused, and why"),
        [
            tag(
                "details",
                tag("summary", title_of(reason), f" ({len(samples)}) ", tag("code", reason)),
                _buttons(connection, samples),
                open=reason == "wrong_audience",
            )
            for reason, samples in stock.refused.items()
        ],
        id_="tokens",
    )


def _buttons(connection: str, samples: Sequence[Sample]) -> Html:
    rows = [
        tag(
            "li",
            button(tag("bdi", sample.name), name="sample", value=sample.name, class_="quiet"),
            tag("span", sample.about, class_="about"),
        )
        for sample in samples
    ]
    return form("send", tag("ul", rows, class_="samples"), connection=connection)
