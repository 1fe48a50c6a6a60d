"""What is shown of what happens."""

import datetime as dt
import re
from collections import Counter
from html import unescape

import pytest
from core.tests.acme import Acme, answer
from core.tests.operator.desk import Office, office, seen

from accredit.audit.events import OperationalEvent
from accredit.audit.operations import operator_wrong_token
from accredit.audit.readings import Reading
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.models import Verification
from accredit.operator.pages.keys import key_rows
from accredit.operator.pages.overview import overview
from accredit.operator.sessions import SignedIn
from accredit.operator.view.seen import MOST_OTHERS
from accredit.operator.view.snapshot import Snapshot, Worker
from accredit.operator.view.together import together
from accredit.operator.view.windows import WINDOWS
from accredit.strategy import ApiVersion, VerifyContext


async def rows(one: Office, path: str, section: str) -> list[str]:
    """Return the rows of a section's table, each as a line of text."""
    text = (await one.browser.get(path)).text
    part = text.partition(f'id="{section}"')[2].partition("</table>")[0]
    return [seen_in(row) for row in part.split("<tr>")[2:]]


def seen_in(part: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", part)).split())


async def test_requests_are_counted_by_connection_and_outcome_over_three_windows() -> None:
    async with office() as one:
        for token in ("good-token", "good-token", "bad-token"):
            await one.login(access_token=token)
        one.wire.clock.advance(120)
        await one.login()
        await one.wire.client.post("/oauth/access_token", content="{")
        assert await rows(one, "/", "requests") == [
            "acme 1 accepted 3 accepted 1 refused 3 accepted 1 refused",
            "acme-game none none none",
            "globex none none none",
            "no connection 1 refused 1 refused 1 refused",
            "all 0.03 a second 0.01 a second 0.00 a second",
        ]
        one.wire.clock.advance(4000)
        await one.sign_in()
        assert await rows(one, "/", "requests") == [
            "acme none none none", "acme-game none none none", "globex none none none",
            "all 0.00 a second 0.00 a second 0.00 a second",
        ]  # fmt: skip


async def test_refusals_are_counted_by_reason_and_listed_check_by_check() -> None:
    async with office() as one:
        for token in ("bad-token", "bad-token", "foreign-token"):
            await one.login(access_token=token)
        assert await rows(one, "/", "reasons") == ["invalid_token acme 2 2 2", "wrong_audience acme 1 1 1"]
        text = await one.text("/refusals")
        newest = text.partition("refused wrong_audience in check_audience")[2]
        assert "exchange.refused, answered with 401 after" in newest
        assert "check_audience refused" in newest
        assert "verify passed" in newest
        assert "GET https://api.acme.example/me 200" in newest
        assert "their-app" in newest.partition("Detail")[2][:200]
        assert text.index("wrong_audience") < text.index("invalid_token")


async def test_without_any_refusal_the_page_says_so() -> None:
    async with office() as one:
        assert "Every request was accepted." in await one.text("/refusals")
        assert "In the last hour every request was accepted." in await one.text("/")


async def test_a_login_appears_with_the_way_to_its_subject() -> None:
    async with office() as one:
        assert "Nobody has logged in yet." in await one.text("/")
        await one.login()
        assert 'href="subject?subject=acme%7C1000"' in (await one.browser.get("/")).text


async def test_providers_are_shown_with_their_latency_and_whether_they_are_asked() -> None:
    async with office({"limits": {"breaker_outages": 1}}) as one:
        await one.login()
        [acme, *_] = await rows(one, "/", "providers")
        assert acme.startswith("acme up 0 1 0 ≤ ")
        one.wire.provider.answer = answer(503, {})
        await one.login(access_token="another")
        [acme, *_] = await rows(one, "/", "providers")
        assert acme.startswith("acme down, asked now and then 0 ")
        text = await one.text("/")
        assert "Down acme: asked now and then." in text
        assert "connection.circuit_opened" in text
        assert "Alert" in text


async def test_what_the_cache_saves_is_shown() -> None:
    async with office({"connections": {"acme": {"cache_s": 30}}}) as one:
        for _ in range(4):
            await one.login()
        [acme, *_] = await rows(one, "/", "providers")
        assert acme.endswith("75 %")


async def test_limits_and_what_can_be_read_of_the_server_are_shown() -> None:
    async with office({"limits": {"client": "2/minute"}}) as one:
        for _ in range(3):
            await one.login()
        text = await one.text("/")
        assert "Limits hit in the last hour client: 1" in text
        assert "Requests in flight 0" in text
        assert "Processes that serve" in text
        assert "1 limited" in text


async def test_a_host_and_an_alert_stand_among_the_events() -> None:
    class Broken(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            raise RuntimeError("secret=hunter2")

    async with office(acme=Broken) as one:
        await one.login()
        text = await one.text("/refusals")
        assert "failed plugin_failed in verify Alert" in text
        assert "hunter2" not in text
        assert "Alerts 1 in the last hour: exchange.failed . Look at the refusals" in await one.text("/")


async def test_no_flood_of_other_events_hides_an_alert() -> None:
    alert = OperationalEvent(name="readiness.lost", level="critical", alert=True)
    async with office() as one:
        one.wire.exchange.engine.reporter.emit(alert)
        for _ in range(MOST_OTHERS):
            one.wire.exchange.engine.reporter.emit(operator_wrong_token())
        text = await one.text("/")
        assert "Alerts 1 in the last hour: readiness.lost ." in text
        assert text.count("readiness.lost") == 1


async def test_alerts_are_told_for_an_hour_with_their_names() -> None:
    alert = OperationalEvent(name="readiness.lost", level="critical", alert=True)
    async with office({"limits": {"breaker_outages": 1}}) as one:
        assert "Calm Every provider is asked, and there was no alert in the last hour." in await one.text("/")
        one.wire.exchange.engine.reporter.emit(alert)
        one.wire.exchange.engine.reporter.emit(alert)
        assert "Alerts 2 in the last hour: readiness.lost . Look at the refusals" in await one.text("/")
        assert {"acme", "acme-game", "globex", "all"} == {row.split()[0] for row in await rows(one, "/", "requests")}
        one.wire.clock.advance(3299)
        assert "Alerts 2 in the last hour" in await one.text("/")
        one.wire.clock.advance(301)
        await one.sign_in()
        assert "Calm Every provider is asked" in await one.text("/")
        assert "readiness.lost" in await one.text("/")


def test_what_nodes_share_is_away_for_all_workers_or_none_and_the_summary_says_so() -> None:
    def shown(*away: float) -> str:
        found = [
            Snapshot(
                workers=(Worker(number=number, pid=number, since=0, at=0),),
                sums={window.name: Counter() for window in WINDOWS},
                readings=(Reading("cache_away", value), Reading("audit_rows_lost", 2)),
            )
            for number, value in enumerate(away, 1)
        ]
        return seen_in(overview(together(found), at=0.0, connections=(), signed_in=SignedIn(0, "")))

    assert "Away what nodes share: each goes on by itself." in shown(1, 1)
    assert "What nodes share away" in shown(0, 1)
    assert "What nodes share there" in shown(0, 0)
    assert "Calm" in shown(0, 0)
    assert "Events lost to the audit table, since the start 4" in shown(0, 0)


async def test_keys_are_shown_with_what_they_do() -> None:
    async with office() as one:
        kid = one.wire.exchange.engine.keys.current.kid
        assert await rows(one, "/keys", "signing") == [f"{kid} ES256 signs –"]


def test_of_several_keys_the_next_one_and_the_earlier_ones_are_told_apart() -> None:
    def rows(*made: int) -> list[tuple[str, bool, bool]]:
        keys = [SigningKey.generate("ES256") for _ in made]
        times = {key.kid: at for key, at in zip(keys, made, strict=True) if at}
        numbers = {key.kid: str(number) for number, key in enumerate(keys)}
        return [(numbers[one.kid], one.signs, one.is_next) for one in key_rows(SigningKeys(keys), times)]

    assert rows(5, 5) == [("1", True, False), ("0", False, True)]  # as they are made: the next one at the same moment
    assert rows(1, 7, 5) == [("2", True, False), ("1", False, True), ("0", False, False)]
    assert rows(1, 5) == [("1", True, False), ("0", False, False)]
    assert rows(0, 0) == [("1", True, False), ("0", False, False)]
    assert rows(5) == [("0", True, False)]


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (ApiVersion("v1", dt.date(2027, 1, 14), "https://x"), "v1 has ended 2027-01-14"),
        (ApiVersion("v2", dt.date(2027, 2, 1), "https://x"), "v2 served for another 17 days 2027-02-01"),
        (ApiVersion("v3", dt.date(2028, 2, 1), "https://x"), "v3 served for another 382 days 2028-02-01"),
        (ApiVersion("v4", None, "https://x"), "v4 served not announced"),
        (ApiVersion("v5", None, "https://x", is_known=False), "v5 unknown not announced"),
        (None, "– no versions –"),
    ],
)
async def test_api_versions_are_shown_with_their_end(version: ApiVersion | None, told: str) -> None:
    class Versioned(Acme):
        @property
        def api_version(self) -> ApiVersion | None:
            return version

    async with office(acme=Versioned) as one:
        shown = await rows(one, "/keys", "versions")
        assert shown[0] == f"acme {told}"


async def test_names_of_providers_and_details_are_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"

    class Hostile(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            raise InvalidProviderToken(hostile)

    async with office(acme=Hostile) as one:
        await one.login()
        for path in ("/", "/refusals"):
            assert "<img" not in (await one.browser.get(path)).text
        assert hostile in await one.text("/refusals") or hostile in seen(await one.browser.get("/refusals"))


async def test_a_page_is_whole_and_says_what_it_is() -> None:
    async with office() as one:
        for path, title in (
            ("/", "Overview"),
            ("/refusals", "Refusals"),
            ("/keys", "Keys and versions"),
            ("/subject", "Subjects"),
        ):
            text = (await one.browser.get(path)).text
            assert text.startswith('<!doctype html>\n<html lang="en">')
            assert f"<title>{title} – Accredit operator</title>" in text
            assert text.count("<h1>") == text.count("<main") == text.count("<nav") == 1
            assert 'aria-current="page"' in text
