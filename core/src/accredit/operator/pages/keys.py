"""Our signing keys, and the API versions of providers: what ends by itself if nobody does anything."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from accredit.keys import SigningKeys
from accredit.operator.layout import shell
from accredit.operator.sessions import SignedIn
from accredit.strategy import ApiVersion
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import moment, section, state, table


class Key(NamedTuple):
    """One of our keys. `made_at` is epoch seconds, None where nobody knows: of one that lives elsewhere."""

    kid: str
    alg: str
    made_at: int | None
    signs: bool
    is_next: bool


class Version(NamedTuple):
    """The API version of a connection; None where its provider has none."""

    connection: str
    version: ApiVersion | None


def keys(found: Sequence[Key], versions: Sequence[Version], *, today: dt.date, signed_in: SignedIn) -> Html:
    """Return the page."""
    key_rows = [
        (tag("code", one.kid), one.alg, _state_of(one), "–" if one.made_at is None else moment(one.made_at))
        for one in found
    ]
    version_rows = [
        (user_text(connection), *(_told(version, today) if version else ("–", state("no versions", "plain"), "–")))
        for connection, version in versions
    ]
    return shell(
        "Keys and versions",
        tag("h1", "Keys and versions"),
        section(
            "Signing keys",
            table("Keys that verify our tokens", ("Key", "Algorithm", "State", "Made (UTC)"), key_rows, empty="None."),
            tag("p", tag("code", "accredit keys rotate"), " lets the next one sign.", class_="about"),
            id_="signing",
        ),
        section(
            "API versions of providers",
            table(
                "What each connection calls",
                ("Connection", "Version", "State", "Ends on"),
                version_rows,
                empty="No connection is configured.",
            ),
            id_="versions",
        ),
        at="keys",
        signed_in=signed_in,
    )


def key_rows(ours: SigningKeys, made_at: Mapping[str, int]) -> list[Key]:
    """Return our keys, the one that signs first. `made_at` is by `kid`, in epoch seconds.

    The next one is the newest of the same algorithm, as it was added last; earlier ones were made before.
    """
    *others, current = ours.all
    since = made_at.get(current.kid)
    newest = next((one for one in reversed(others) if one.alg == current.alg), None)
    return [
        Key(
            kid=one.kid,
            alg=one.alg,
            made_at=made_at.get(one.kid),
            signs=one is current,
            is_next=one is newest and since is not None and made_at.get(one.kid, 0) >= since,
        )
        for one in reversed(ours.all)
    ]


def _state_of(one: Key) -> Html:
    if one.signs:
        return state("signs", "good")
    return state("published, signs next", "plain") if one.is_next else state("verifies only", "plain")


def _told(version: ApiVersion, today: dt.date) -> tuple[Child, ...]:
    ends = "not announced" if version.ends_on is None else tag("time", version.ends_on.isoformat())
    if not version.is_known:
        return version.name, state("unknown", "odd"), ends
    if version.ends_on is None:
        return version.name, state("served", "good"), ends
    days = (version.ends_on - today).days
    if days <= 0:
        return version.name, state("has ended", "bad"), ends
    kind = "odd" if version.ends_soon(today) else "good"
    return version.name, state(f"served for another {days} days", kind), ends
