"""django-oauth-toolkit, from a database that its own endpoint has filled: nobody is logged out."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from core.tests.bench import Bench, bench
from core.tests.importers.conftest import OldServer
from core.tests.importers.support import of, outcomes

from accredit.importers import ImportOptions, Report, Target, run_import
from accredit.tokens.refresh_token import hash_token

pytestmark = pytest.mark.slow
REFUSED = {"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}
SETTINGS = {
    "clients": {
        "my-app": {"connections": ["acme", "globex"], "scopes": ["read:orders"]},
        "strange": {"connections": ["acme"]},
    }
}
ROW = "oauth2_provider_refreshtoken"


@pytest.fixture
async def ours() -> AsyncIterator[Bench]:
    """Return our server."""
    async with bench(SETTINGS) as one:
        yield one


async def move(old: OldServer, ours: Bench, source: str = "django-oauth-toolkit", **options: Any) -> Report:
    """Import from a source; the accounts of the operator's own provider are those of `acme`."""
    chosen = {"write": True, "connections": {"acme": "acme", "google-oauth2": "acme"}, **options}
    if source == "django-oauth-toolkit":
        chosen["connections"] = {}
    with old.query() as query:
        return await run_import(source, query, Target.of(ours.exchange.engine), options=ImportOptions(**chosen))


async def moved(old: OldServer, ours: Bench, **options: Any) -> Report:
    """Import the accounts, and then the refresh tokens."""
    await move(old, ours, "social-auth-app-django")
    return await move(old, ours, **options)


async def refresh(ours: Bench, token: str, client_id: str = "my-app") -> tuple[int, dict[str, object]]:
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token}
    answer = await ours.client.post("/oauth/token", data=form)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("name", ["lea", "leo"])  # in clear at the old server, and by checksum only
async def test_an_app_refreshes_with_the_token_it_had_and_is_the_same_user(
    old: OldServer, ours: Bench, name: str
) -> None:
    await moved(old, ours)

    status, tokens = await refresh(ours, old.tokens[name])

    assert (status, tokens["scope"]) == (200, "read:orders")
    caller = await ours.exchange.authenticate(str(tokens["access_token"]), scope="read:orders")
    assert caller.subject == old.users[name]
    assert (await refresh(ours, str(tokens["refresh_token"])))[0] == 200


async def test_our_hash_of_a_refresh_token_is_the_packages_checksum() -> None:
    assert hash_token("a token") == hashlib.sha256(b"a token").hexdigest()


async def test_a_token_used_up_at_the_old_server_is_no_good_here(old: OldServer, ours: Bench) -> None:
    told = outcomes(await moved(old, ours))

    assert told[f"{ROW} 5"] == ("left out", "it was revoked, or used up")
    assert await refresh(ours, old.tokens["lea, used up"]) == (403, REFUSED)


@pytest.mark.threat(30)
async def test_a_token_used_up_here_is_not_brought_back_by_a_second_import(old: OldServer, ours: Bench) -> None:
    await moved(old, ours)
    await refresh(ours, old.tokens["lea"])
    ours.clock.advance(60)  # beyond the leeway

    again = await move(old, ours)

    assert again.changes == 0
    assert await refresh(ours, old.tokens["lea"]) == (403, REFUSED)


@pytest.mark.threat(30)
async def test_a_session_that_was_ended_here_and_forgotten_is_not_brought_back(old: OldServer, ours: Bench) -> None:
    await moved(old, ours)
    [session] = await ours.exchange.subjects.sessions(old.users["lea"])
    await ours.exchange.subjects.end_session(session.id)
    ours.clock.advance(40 * 86_400)
    for number in range(3000):  # until the storage forgets what is over
        await ours.storage.first_use(f"another {number}", int(ours.clock()) + 60)
    assert await ours.storage.session(session.id) is None

    told = outcomes(await move(old, ours))

    assert told[f"{ROW} 6"] == ("left out", "it was imported before, and its session has ended since")
    assert await refresh(ours, old.tokens["lea"]) == (403, REFUSED)


async def test_a_second_run_changes_nothing_and_says_so(old: OldServer, ours: Bench) -> None:
    first = await moved(old, ours)
    again = await move(old, ours)

    assert (first.changes > 0, again.changes) == (True, 0)
    assert of(again, "refresh token", "unchanged") == of(first, "refresh token", "entered")


async def test_a_dry_run_begins_no_session(old: OldServer, ours: Bench) -> None:
    would = await moved(old, ours, write=False)

    assert f"{ROW} 6" in of(would, "refresh token", "entered")
    assert await refresh(ours, old.tokens["lea"]) == (403, REFUSED)
    assert outcomes(would) == outcomes(await move(old, ours))


async def test_whoever_has_no_identity_here_logs_in_again(old: OldServer, ours: Bench) -> None:
    told = outcomes(await moved(old, ours))

    reason = "the user has no identity here: import the accounts first"
    assert told[f"{ROW} 11"] == ("left out", reason)  # Hal's, whose only row was an address
    assert await refresh(ours, old.tokens["hal"]) == (403, REFUSED)


async def test_a_user_with_two_identities_is_left_out_because_nobody_knows_which(old: OldServer, ours: Bench) -> None:
    await ours.exchange.subjects.link("globex", "77", old.users["lea"])
    told = outcomes(await moved(old, ours))

    reason = "the user has several identities here: nobody can tell by which one this login began"
    assert told[f"{ROW} 6"] == ("left out", reason)
    assert await refresh(ours, old.tokens["lea"]) == (403, REFUSED)


async def test_tokens_of_deactivated_users_and_tokens_without_access_token_are_left_out(
    old: OldServer, ours: Bench
) -> None:
    told = outcomes(await moved(old, ours))

    assert told[f"{ROW} 12"] == ("left out", "its access token is gone, so that the old server refuses it, too")
    assert told[f"{ROW} 13"] == ("left out", "the user is deactivated")


@pytest.mark.threat(32)
async def test_a_client_must_be_there_and_may_not_get_scopes_that_are_not_its_own(old: OldServer, ours: Bench) -> None:
    told = outcomes(await moved(old, ours))

    missing = "there is no client 'a-server' in the settings: see how to add it, then import again"
    assert told[f"{ROW} 9"] == ("left out", missing)
    assert told[f"{ROW} 10"] == ("left out", "its scopes are more than the client may have: read:orders")


async def test_the_old_servers_lifetime_ends_a_token_here_too(old: OldServer, ours: Bench) -> None:
    report = await moved(old, ours, refresh_ttl_s=1)  # our clock is far ahead of the old server's rows

    assert of(report, "refresh token", "entered") == []
    assert outcomes(report)[f"{ROW} 6"] == ("left out", "it has expired")


async def test_a_public_application_becomes_a_table_and_one_with_a_secret_a_command(
    old: OldServer, ours: Bench
) -> None:
    report = await moved(old, ours)

    shown = {client.client_id: client.text for client in report.clients}
    assert shown["a-server"] == (
        "accredit clients add a-server --confidential --connection acme --connection acme-game --connection globex"
        " --scope read:orders --origin https://app.example.com"
    )
    assert shown["a-machine"] == "accredit clients add a-machine --confidential --grant-type client_credentials"
    assert "my-app" not in shown
    assert "a secret of the application" not in repr(report)


async def test_the_table_of_a_public_application_can_be_pasted(old: OldServer) -> None:
    async with bench({"clients": {"unrelated": {}}}) as ours:
        report = await move(old, ours)

    assert {client.client_id: client.text for client in report.clients}["my-app"] == (
        '[clients."my-app"]\n'
        'connections = ["acme", "acme-game", "globex"]\n'
        'scopes = ["read:orders"]\n'
        'allowed_origins = ["https://app.example.com"]'
    )
