"""The plugin for servers that docs/guides/hooks.md shows: installed as it says, and enabled as it says."""

from pathlib import Path

import pytest
from tests.documents.blocks import blocks_of

from accredit import (
    AccessDenied,
    Assurance,
    ConfigurationError,
    Email,
    Exchange,
    Identity,
    Login,
    Profile,
    Settings,
    SignedByUs,
    Subject,
)
from accredit.settings.load import load_settings
from accredit.storage import MemoryStorage

PAGE = "docs/guides/hooks.md"
ISSUER = "https://login.example.com/"


def block(language: str, containing: str) -> str:
    [code] = [one.code for one in blocks_of(PAGE) if one.language == language and containing in one.code]
    return code


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Install the distribution, and read the settings."""
    entry_point = block("text", "accredit.plugins").replace('"', "").replace("project.entry-points.", "")
    info = tmp_path / "my_company_policy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-company-policy\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(entry_point, "utf-8")
    (tmp_path / "my_company_policy.py").write_text(block("python", "class Policy"), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "accredit.toml"
    file.write_text(f'issuer = "{ISSUER}"\n{block("toml", "[plugins]")}', "utf-8")
    return load_settings(file, {})


def login(address: str) -> Login:
    profile = Profile(email=Email(address, Assurance.PROVIDER_ASSERTED))
    identity = Identity(
        connection="facebook",
        strategy="facebook",
        namespace="facebook",
        user_id="1",
        profile=profile,
        audience=SignedByUs("key"),
    )
    subject = Subject("facebook|1")
    return Login(client_id="my-app", identity=identity, subject=subject, scopes=(), audience=ISSUER)


async def test_the_plugin_lets_in_only_addresses_of_the_domain_in_its_table(settings: Settings) -> None:
    hooks = Exchange(settings, storage=MemoryStorage()).engine.hooks
    await hooks.authorize(login("ada@example.com"))
    with pytest.raises(AccessDenied):
        await hooks.authorize(login("ada@example.org"))


def test_the_plugin_says_what_its_table_lacks(settings: Settings) -> None:
    told = {**settings.model_dump(), "plugins": {"enabled": ["my-company-policy"]}}
    with pytest.raises(ConfigurationError, match=r"^plugin 'my-company-policy': setting domain is missing"):
        Exchange(Settings.model_validate(told), storage=MemoryStorage())
