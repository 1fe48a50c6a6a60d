"""django-allauth, from a database that its own code has filled."""

from typing import Any

import pytest
from core.tests.importers.conftest import OldServer
from core.tests.importers.django_host import GOOGLE_SUB, plain
from core.tests.importers.support import Heard, identities, of, outcomes, target

from accredit.importers import ImportOptions, Report, Target, read, run_import

pytestmark = pytest.mark.slow
ALLAUTH = "django-allauth"


async def imported(old: OldServer, to: Target, **options: Any) -> Report:
    with old.query() as query:
        return await run_import(ALLAUTH, query, to, options=ImportOptions(**{"write": True, **options}))


async def test_accounts_become_identities_of_the_users_primary_keys(old: OldServer) -> None:
    to = target()
    await imported(old, to)

    assert await identities(to.storage, old.users.values()) == {
        old.users["ada"]: (("google-oauth2", GOOGLE_SUB),),
        old.users["bob"]: (("facebook", "10158000000000001"),),
        old.users["eve"]: (("google-oauth2", "104444444444444444444"),),
    }


@pytest.mark.threat(43)
async def test_a_facebook_account_of_another_app_or_of_one_that_nobody_can_tell_is_left_out(old: OldServer) -> None:
    told = outcomes(await imported(old, target()))

    reason = "it is, or may be, of another app at 'facebook' than your connection's, with other ids"
    for row in (3, 4):
        assert told[f"socialaccount_socialaccount {row}"] == ("left out", reason)


async def test_not_even_the_operators_word_makes_another_apps_ids_ours(old: OldServer) -> None:
    to = target()
    await imported(old, to, same_app=frozenset({"facebook"}))

    assert await identities(to.storage, [old.users["cem"], old.users["dot"]]) == {}


async def test_a_provider_that_no_connection_is_for_is_told(old: OldServer) -> None:
    told = outcomes(await imported(old, target()))

    reason = "'untappd' is no provider known here: say --connection untappd=NAME if a connection is for it"
    assert told["socialaccount_socialaccount 6"] == ("left out", reason)


@pytest.mark.threat(29)
async def test_a_deactivated_user_comes_in_blocked(old: OldServer) -> None:
    to, heard = target(), Heard()
    await imported(old, target(to.storage, heard=heard))

    stored = await to.storage.subject_of("google-oauth2", "104444444444444444444")
    assert stored is not None
    assert (stored.id, stored.blocked) == (old.users["eve"], True)
    assert heard.kinds()[0] == "BlockedEvent"  # before the link, so that nobody slips in


async def test_providers_tokens_stay_where_they_are(old: OldServer) -> None:
    report = await imported(old, target())

    assert len(of(report, "provider token", "left out")) == 4
    assert "EAAprovider" not in repr(report)
    assert "1//provider" not in repr(report)


async def test_a_second_run_changes_nothing_and_says_so(old: OldServer) -> None:
    to, heard = target(), Heard()
    first = await imported(old, to)
    again = await imported(old, target(to.storage, heard=heard))

    assert (first.changes, again.changes) == (4, 0)
    assert heard == []
    assert of(again, "identity", "unchanged") == of(first, "identity", "entered")
    assert of(again, "user", "unchanged") == of(first, "user", "entered")


async def test_a_dry_run_writes_nothing_and_says_what_it_would(old: OldServer) -> None:
    to, heard = target(), Heard()
    would = await imported(old, target(to.storage, heard=heard), write=False)

    assert (would.written, heard) == (False, [])
    assert await identities(to.storage, old.users.values()) == {}
    assert outcomes(would) == outcomes(await imported(old, to))


async def test_djangos_own_connection_reads_the_same(old: OldServer) -> None:
    for source, seen in old.queried.items():
        with old.query() as query:
            assert plain(read(source, query, ImportOptions())) == seen
