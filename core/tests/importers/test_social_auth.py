"""social-auth-app-django, from a database that its own code has filled: one table, several kinds of ids."""

from typing import Any

import pytest
from core.tests.importers.conftest import OldServer
from core.tests.importers.support import identities, outcomes, target

from accredit.importers import ImportOptions, Report, Target, run_import

pytestmark = pytest.mark.slow
TABLE = "social_auth_usersocialauth"
EMAIL = "its id is an e-mail address, which is no id: whoever gets the address next would get the account"


async def imported(old: OldServer, to: Target, **options: Any) -> Report:
    chosen = {"write": True, "connections": {"acme": "acme"}, **options}
    with old.query() as query:
        return await run_import("social-auth-app-django", query, to, options=ImportOptions(**chosen))


@pytest.mark.threat(25)
async def test_a_google_row_keyed_by_sub_is_linked_and_one_keyed_by_email_is_nobodys(old: OldServer) -> None:
    to = target()
    told = outcomes(await imported(old, to))

    assert await identities(to.storage, [old.users["gil"], old.users["hal"]]) == {
        old.users["gil"]: (("google-oauth2", "110000000000000000001"),)
    }
    assert told[f"{TABLE} 2"] == ("left out", EMAIL)
    assert await to.storage.subject_of("google-oauth2", "hal@gmail.com") is None


async def test_a_sub_that_the_packages_migration_calls_an_email_is_linked_all_the_same(old: OldServer) -> None:
    to = target()
    await imported(old, to)

    assert await to.storage.identities(old.users["nik"]) == (("google-oauth2", "110000000000000000006"),)


async def test_digits_from_another_id_key_are_no_google_id(old: OldServer) -> None:
    told = outcomes(await imported(old, target()))

    assert told[f"{TABLE} 3"] == (
        "left out",
        "its id is what ID_KEY says, 'hd', which is not the provider's id of a user",
    )


async def test_facebook_needs_the_operators_word_because_the_table_tells_no_app(old: OldServer) -> None:
    to = target()
    refused = outcomes(await imported(old, to))
    assert refused[f"{TABLE} 4"][0] == "left out"
    assert "say --same-app facebook" in refused[f"{TABLE} 4"][1]

    await imported(old, to, same_app=frozenset({"facebook"}))
    assert await to.storage.identities(old.users["jon"]) == (("facebook", "10158000000000004"),)


@pytest.mark.threat(27)
async def test_ids_that_differ_by_case_stay_two_and_noughts_stay(old: OldServer) -> None:
    to = target()
    await imported(old, to)

    assert await identities(to.storage, [old.users[name] for name in ("lea", "leo", "lou")]) == {
        old.users["lea"]: (("acme", "aBc"),),
        old.users["leo"]: (("acme", "abc"),),
        old.users["lou"]: (("acme", "007"),),
    }


@pytest.mark.threat(26)
async def test_a_name_that_people_can_change_is_no_id_for_any_provider(old: OldServer) -> None:
    told = outcomes(await imported(old, target()))

    assert told[f"{TABLE} 9"][0] == "left out"
    assert "'username'" in told[f"{TABLE} 9"][1]


async def test_a_deactivated_user_is_blocked_even_where_the_row_is_left_out(old: OldServer) -> None:
    to = target()
    await imported(old, to)

    for name in ("kim", "max"):
        stored = await to.storage.get(old.users[name])
        assert stored is not None
        assert stored.blocked


async def test_no_address_and_no_token_is_in_the_report(old: OldServer) -> None:
    report = await imported(old, target())

    assert "@" not in repr(report)
    assert "ya29.clear" not in repr(report)
