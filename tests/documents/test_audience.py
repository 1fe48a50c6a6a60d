"""What the page on the audience says of us and of others is so: both are asked about the same tokens."""

from types import SimpleNamespace
from typing import Any

import pytest
from social_core import __version__ as social_core_version
from social_core.backends.facebook import FacebookOAuth2
from social_core.backends.google import GoogleOAuth2
from social_core.backends.oauth import BaseOAuth2
from social_core.backends.weibo import WeiboOAuth2
from social_core.exceptions import AuthProviderError
from tests.conftest import Bench
from tests.documents.blocks import ROOT

from accredit import Exchange, ProviderToken
from accredit.errors import WrongAudience
from accredit.settings import Settings

PAGE = (ROOT / "docs/explanation/audience.md").read_text("utf-8")
FOREIGN = {"facebook": "foreign_app_shown-ada", "google-oauth2": "foreign_app-ada", "weibo": "foreign_app-ada"}
"""A token that is good, and that somebody else's app was given."""


def foreign_token(bench: Bench, strategy: str) -> str:
    samples = {sample.name: sample for sample in bench.simulators[strategy].samples()}
    return samples[FOREIGN[strategy]].parameters["access_token"]


@pytest.mark.parametrize("strategy", FOREIGN)
async def test_a_token_of_another_app_is_refused_here(strategy: str, bench: Bench, settings: Settings) -> None:
    async with Exchange(settings) as exchange:
        good = ProviderToken.of(bench.good(strategy)["access_token"])
        assert (await exchange.verify(strategy, good)).user_id
        with pytest.raises(WrongAudience):
            await exchange.verify(strategy, ProviderToken.of(foreign_token(bench, strategy)))


class AtSimulators(BaseOAuth2[Any]):
    """Sends what a backend sends to its provider to a simulator instead."""

    simulator: str

    def request(self, url: str, **options: Any) -> Any:
        path = url.split("/", 3)[3]
        if options.get("method") == "POST":  # the simulator reads a token from the body only, as Weibo documents it
            options["data"] = options.pop("params")
        return super().request(f"{self.simulator}/{path}", **options)


def do_auth(kind: type[BaseOAuth2[Any]], token: str, simulator: str, **settings: str) -> dict[str, Any]:
    """Return what social-core's `do_auth` hands on to log in, once it has asked the provider."""
    strategy = SimpleNamespace(
        request_data=dict,
        absolute_uri=lambda uri: uri,
        setting=lambda name, default=None, backend=None: settings.get(name, default),
        authenticate=lambda backend, response: {**response, "id": backend.get_user_id({}, response)},
    )
    backend = type(kind.__name__, (AtSimulators, kind), {"simulator": simulator})(strategy)
    found: dict[str, Any] = backend.do_auth(token)
    return found


def asked(strategy: str, token: str, connection: dict[str, Any]) -> dict[str, Any]:
    match strategy:
        case "google-oauth2":
            base = connection["userinfo_url"].removesuffix("/v1/userinfo")
            return do_auth(GoogleOAuth2, token, base, KEY=connection["client_ids"][0])
        case "weibo":
            return do_auth(WeiboOAuth2, token, connection["api_url"], KEY=connection["app_key"])
        case _:
            keys = {"KEY": connection["app_id"], "SECRET": connection["app_secret"]}
            return do_auth(FacebookOAuth2, token, connection["graph_url"], **keys)


def test_the_page_names_the_version_that_is_asked_here() -> None:
    assert f"social-core {social_core_version}" in PAGE


@pytest.mark.parametrize("strategy", ["google-oauth2", "weibo"])
def test_social_core_names_the_user_of_a_token_of_another_app(strategy: str, bench: Bench) -> None:
    connection = bench.connections[strategy]
    ours = asked(strategy, bench.good(strategy)["access_token"], connection)
    theirs = asked(strategy, foreign_token(bench, strategy), connection)
    assert ours["id"] == theirs["id"]
    assert ours["id"]


def test_social_core_binds_a_token_of_facebook_by_its_proof(bench: Bench) -> None:
    connection = bench.connections["facebook"]
    assert asked("facebook", bench.good("facebook")["access_token"], connection)["id"]
    with pytest.raises(AuthProviderError) as refused:
        asked("facebook", foreign_token(bench, "facebook"), connection)
    assert refused.value.status_code == 400
