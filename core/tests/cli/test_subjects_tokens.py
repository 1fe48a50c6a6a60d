"""Providers' tokens on the command line: shown as kept, revoked with their subject, given up, sealed anew."""

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest
from core.tests.cli.conftest import Run

from accredit.audience import AppBound
from accredit.exchange import provider_tokens
from accredit.exchange.provider_tokens import ProviderTokens, Revoker
from accredit.keys import KeyFile
from accredit.models import Identity, Resolution, Subject
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.storage import KeptToken, SqliteStorage

SECRET = "refreshing-secret"
KEYS = [b64encode(bytes([number]) * 32).decode() for number in (1, 2)]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = tmp_path / "accredit.toml"
    path.write_text(
        f'issuer = "https://login.example.com/"\n[storage]\nurl = "sqlite:///{tmp_path}/accredit.db"\n'
        "[connections.facebook]\nkeep_provider_token = true\n"
    )
    monkeypatch.setattr("accredit.exchange.persons.COMMIT_S", 0)
    monkeypatch.setenv("ACCREDIT_KEYS__ENCRYPTION_KEY", KEYS[0])
    asyncio.run(kept(tmp_path))
    return str(path)


async def kept(folder: Path) -> tuple[KeptToken, ...]:
    """Keep a token where there is no database yet; return what there is."""
    is_new = not (folder / "accredit.db").exists()
    storage = SqliteStorage(str(folder / "accredit.db"))
    await storage.open()

    async def revoke(_: str, __: RevocableToken) -> None:
        raise AssertionError

    tokens = ProviderTokens(storage, encryption_keys=[b"\1" * 32], revoke=revoke, clock=lambda: 5, emit=print)
    if is_new:
        who = Identity(
            connection="facebook",
            strategy="facebook",
            namespace="facebook",
            user_id="7",
            profile=Profile(),
            audience=AppBound("1"),
        )
        await tokens.keep(RevocableToken.of(SECRET, kind="refresh_token"), who, Resolution(Subject("ada")))
    found = await storage.provider_tokens("ada")
    await storage.close()
    return found


def test_show_says_that_a_token_is_kept_and_nothing_of_it(run: Run, config: str) -> None:
    shown = run("subjects", "show", "ada", "--config", config)
    assert (shown.exit_code, shown.stdout) == (
        0,
        "ada: not blocked\n  no identity is stored\n  facebook: the provider's refresh token of facebook 7 is kept\n",
    )
    exported = run("subjects", "export", "ada", "--config", config)
    assert exported.exit_code == 0
    assert '"kept_at": 5' in exported.stdout
    assert "sealed" not in exported.stdout


def test_an_erasure_that_cannot_tell_the_provider_says_which_and_can_be_repeated(
    run: Run, config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = run("subjects", "erase", "ada", "--yes", "--config", config)
    assert erased.exit_code == 1
    assert erased.stdout == "ada is erased: 0 identities, 0 sessions\n"
    assert "still to be told that the user is gone: facebook; run this again" in erased.stderr
    assert '"event": "connection.token_unrevoked"' in erased.stderr
    assert SECRET not in erased.output
    assert len(asyncio.run(kept(tmp_path))) == 1

    told: list[str] = []

    async def revoke(_: Revoker, connection: str, token: RevocableToken) -> None:
        told.append(f"{connection} {token.reveal()}")

    monkeypatch.setenv("ACCREDIT_CONNECTIONS__FACEBOOK__APP_ID", "1")
    monkeypatch.setenv("ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET", "a-secret-of-ours")
    monkeypatch.setattr(provider_tokens.Revoker, "__call__", revoke)
    again = run("subjects", "erase", "ada", "--yes", "--config", config)
    assert (again.exit_code, told) == (0, [f"facebook {SECRET}"])
    assert asyncio.run(kept(tmp_path)) == ()


def test_a_token_can_be_given_up(run: Run, config: str, tmp_path: Path) -> None:
    given_up = run("subjects", "forget-tokens", "ada", "--config", config)
    assert (given_up.exit_code, given_up.stdout) == (0, "ada: 1 tokens are forgotten\n")
    assert asyncio.run(kept(tmp_path)) == ()
    assert run("subjects", "forget-tokens", "a b", "--config", config).exit_code == 2


def test_tokens_are_encrypted_anew_with_the_keys(
    run: Run, config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [before] = asyncio.run(kept(tmp_path))
    Path(config).write_text(Path(config).read_text() + f'[keys]\npath = "{tmp_path}/keys.json"\n')
    KeyFile(tmp_path / "keys.json", encryption_keys=[b"\1" * 32]).load("RS256")
    monkeypatch.setenv("ACCREDIT_KEYS__ENCRYPTION_KEY", f"{KEYS[1]},{KEYS[0]}")
    done = run("keys", "encrypt", "--config", config)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("encrypted anew: 1 providers' tokens\n")
    [after] = asyncio.run(kept(tmp_path))
    assert after == before._replace(sealed=after.sealed) != before
