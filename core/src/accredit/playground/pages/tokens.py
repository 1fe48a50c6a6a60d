"""All there is to try at one provider: people, and everything else in groups."""

from collections.abc import Sequence

from accredit.explaining.page.prose import prose
from accredit.playground.layout import button, form
from accredit.playground.pages.why import title_of
from accredit.playground.rows import Group, Row, rows_of
from accredit.playground.stock import Stock
from accredit.testing import Sample
from accredit.web.elements import Child, Html, tag
from accredit.web.pieces import notice, section


def tokens(connection: str, stock: Stock) -> Html:
    """Return the samples as buttons: those that let somebody in, and then the others by their reasons."""
    if stock.problem:
        return section("Tokens to try", notice(stock.problem, is_bad=True), id_="tokens")
    return section(
        "Tokens to try",
        tag("p", "Each button sends one request to your server, and shows what became of it.", class_="about"),
        _people(connection, stock.people),
        _group(connection, "Let in, too: unusual people and unusual tokens", None, stock.others),
        tag("h3", "Kept out, and why") if stock.refused else None,
        [_group(connection, _title(connection, one), one.reason, rows_of(one.samples)) for one in stock.refused],
        id_="tokens",
    )


def _title(connection: str, group: Group) -> str:
    if group.is_foreign:
        return f"Made for another app, and {connection} says only that it is not good"
    return title_of(group.reason)


def _people(connection: str, people: Row | None) -> Html | None:
    if people is None:
        return None
    buttons = [_send(sample, sample.about if owner is None else owner.name) for sample, owner in people.samples]
    return form("send", tag("h3", "Log in as"), tag("p", buttons, class_="bar people"), connection=connection)


def _group(connection: str, title: str, reason: str | None, rows: Sequence[Row]) -> Html | None:
    if not rows:
        return None
    return tag(
        "details",
        tag("summary", title, f" ({len(rows)})", [" ", tag("code", reason)] if reason else None),
        form("send", tag("ul", [tag("li", _row(one)) for one in rows], class_="samples"), connection=connection),
    )


def _row(row: Row) -> Child:
    """Return what is special about it, its name for those who look for it elsewhere, and its buttons."""
    if len(row.samples) == 1:
        [(sample, _)] = row.samples
        return [_send(sample, prose(row.about)), " ", _name(sample.name)]
    buttons = [_send(one, one.name if owner is None else owner.name) for one, owner in row.samples]
    return [tag("span", tag("bdi", prose(row.about)), " ", _name(row.kind)), tag("span", buttons, class_="people")]


def _name(name: str) -> Html:
    return tag("code", tag("bdi", name), class_="about")


def _send(sample: Sample, text: Child) -> Html:
    return button(tag("bdi", text), name="sample", value=sample.name, class_="quiet")
