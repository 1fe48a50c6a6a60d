"""Identities are entered once, and what is somebody's here stays theirs."""

from typing import Any

import pytest
from core.tests.importers.support import FACEBOOK_APP, Heard, connection, connections, outcomes, target

from accredit.errors import ConfigurationError, StorageFailed
from accredit.importers import Account, ImportOptions, Reading, Report, Target, enter
from accredit.storage import MemoryStorage

WRITE = ImportOptions(write=True)


def account(user: str, user_id: str = "1", *, provider: str = "google-oauth2", **more: Any) -> Account:
    return Account(row=f"row of {user} {provider}", provider=provider, user_id=user_id, user=user, **more)


async def entered(to: Target, *accounts: Account, options: ImportOptions = WRITE, **more: Any) -> Report:
    strategies = {"google-oauth2": "google-oauth2", "google-onetap": "google-oauth2", "facebook": "facebook"}
    reading = Reading(source="test", accounts=accounts, strategies=strategies, **more)
    return await enter(reading, to, options=options)


async def test_an_identity_that_is_another_users_here_stays_theirs() -> None:
    to, heard = target(), Heard()
    await to.storage.link("google-oauth2", "1", "somebody", now=1)

    told = outcomes(await entered(target(to.storage, heard=heard), account("7")))

    assert told == {"row of 7 google-oauth2": ("conflict", "the identity is another user's here, and stays so")}
    assert await to.storage.identities("somebody") == (("google-oauth2", "1"),)
    assert heard == []


async def test_an_identity_that_two_old_users_claim_becomes_neithers() -> None:
    to = target()
    told = outcomes(await entered(to, account("7"), account("8", provider="google-onetap")))

    reason = "two users of the old server have this identity: nobody can tell whose it is"
    assert set(told.values()) == {("conflict", reason)}
    assert await to.storage.subject_of("google-oauth2", "1") is None


async def test_an_identity_in_two_rows_of_one_user_is_entered_once() -> None:
    to = target()
    told = outcomes(await entered(to, account("7"), account("7", provider="google-onetap")))

    assert told == {
        "row of 7 google-oauth2": ("entered", "linked to its user"),
        "row of 7 google-onetap": ("unchanged", "another row says the same"),
    }


@pytest.mark.threat(38)
async def test_an_identity_that_was_unlinked_here_is_not_linked_again() -> None:
    to = target()
    await entered(to, account("7"))
    await to.storage.unlink("google-oauth2", "1")

    told = outcomes(await entered(to, account("7")))

    assert told["row of 7 google-oauth2"][0] == "left out"
    stored = await to.storage.subject_of("google-oauth2", "1")
    assert stored is not None
    assert stored.unlinked


async def test_an_import_does_not_lift_a_block() -> None:
    to = target()
    await to.storage.set_blocked("google-oauth2|1", blocked=True)

    told = outcomes(await entered(to, account("7")))

    reason = "the identity is blocked here, by the subject of its own"
    assert told["row of 7 google-oauth2"] == ("left out", reason)
    assert await to.storage.subject_of("google-oauth2", "1") is None


async def test_what_the_identity_did_under_its_own_name_ends_with_the_link() -> None:
    to = target()
    await entered(to, account("7"))

    stored = await to.storage.subject_of("google-oauth2", "1")
    assert stored is not None
    assert stored.identity_version == 1


async def test_a_link_that_somebody_else_gets_meanwhile_is_a_conflict() -> None:
    class Raced(MemoryStorage):
        async def link(self, namespace: str, user_id: str, subject: str, **more: Any) -> Any:
            await super().link(namespace, user_id, "faster", now=1)
            return await super().link(namespace, user_id, subject, **more)

    told = outcomes(await entered(target(Raced()), account("7")))

    assert told["row of 7 google-oauth2"][0] == "conflict"


async def test_the_namespace_is_that_of_the_connection() -> None:
    to = target(known=connections(connection("google-oauth2", namespace="google")))
    await entered(to, account("7"))

    assert await to.storage.identities("7") == (("google", "1"),)


async def test_ids_of_one_app_are_ours_only_where_the_app_is() -> None:
    to = target()
    ours = account("7", "1", provider="facebook", apps=frozenset({FACEBOOK_APP}))
    others = account("8", "2", provider="facebook", apps=frozenset({"999"}))
    unknown = account("9", "3", provider="facebook")

    told = [outcome for outcome, _ in outcomes(await entered(to, ours, others, unknown)).values()]
    assert sorted(told) == ["entered", "left out", "left out"]
    assert await to.storage.identities("7") == (("facebook", "1"),)


async def test_of_two_connections_with_different_ids_the_operator_says_which() -> None:
    to = target(known=connections(connection("google-game", "google-oauth2", namespace="game")))

    told = outcomes(await entered(to, account("7")))
    reason = "'google-oauth2' may be google-game or google-oauth2: say --connection google-oauth2=NAME"
    assert told["row of 7 google-oauth2"] == ("left out", reason)

    chosen = ImportOptions(write=True, connections={"google-oauth2": "google-game"})
    await entered(to, account("7"), options=chosen)
    assert await to.storage.identities("7") == (("game", "1"),)


async def test_a_provider_whose_connection_is_missing_is_told() -> None:
    to = target(known={"acme": connection("acme")})
    told = outcomes(await entered(to, account("7")))

    reason = "'google-oauth2' needs a connection with strategy 'google-oauth2', and none is configured"
    assert told["row of 7 google-oauth2"] == ("left out", reason)


async def test_an_option_that_names_no_connection_is_refused_before_anything_is_written() -> None:
    to = target()
    wrong = ImportOptions(write=True, connections={"google": "gogle"})

    with pytest.raises(ConfigurationError, match="--connection google=gogle: there is no connection 'gogle'"):
        await entered(to, account("7"), options=wrong, deactivated=frozenset({"7"}))
    assert await to.storage.get("7") is None


async def test_a_storage_that_fails_half_way_is_told_and_a_second_run_goes_on() -> None:
    class Failing(MemoryStorage):
        broken = True

        async def link(self, namespace: str, user_id: str, subject: str, **more: Any) -> Any:
            if self.broken and user_id == "70":
                raise StorageFailed("full")
            return await super().link(namespace, user_id, subject, **more)

    storage = Failing()
    people = [account(str(number), str(number)) for number in range(100)]
    with pytest.raises(StorageFailed):
        await entered(target(storage), *people)
    storage.broken = False

    again = await entered(target(storage), *people)

    assert 0 < again.changes < 100
    assert len(outcomes(again)) == 100


async def test_the_report_counts_and_has_examples_and_every_row_that_was_left_out() -> None:
    rows = [account(str(number), str(number), provider="untappd") for number in range(5)]
    report = await entered(target(), *rows)

    [line] = report.lines()
    assert (line.kind, line.outcome, line.count, len(line.rows)) == ("identity", "left out", 5, 3)
    assert len(report.as_json()["left_out"]) == 5
    assert report.as_json()["changes"] == 0
