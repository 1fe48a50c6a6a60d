"""The blocking verifier does what the other does."""

import pytest
from core.tests.acme import Acme, Brings, Provider
from core.tests.bench import ListLogger

from accredit import ConfigurationError, ProviderToken
from accredit.errors import ConnectionNotFound, LifecycleError
from accredit.sync import Verifier

TOKEN = ProviderToken.of("good-token")
ACME = {"acme": {"app_ids": ["acme-app"]}}


def made(provider: Provider | None = None) -> Verifier:
    return Verifier(connections=ACME, plugins=[Brings(Acme)], transport=provider or Provider(), logger=ListLogger())


def test_a_token_is_verified() -> None:
    with made() as verifier:
        assert verifier.verify("acme", TOKEN).user_id == "1000"
        with pytest.raises(ConnectionNotFound):
            verifier.verify("nobody", TOKEN)


def test_the_connections_are_there_before_it_is_open() -> None:
    assert made().connections.keys() == {"acme"}


def test_a_token_is_asked_about_once_and_can_be_forgotten() -> None:
    provider = Provider()
    with made(provider) as verifier:
        for _ in range(2):
            verifier.verify("acme", TOKEN)
        assert len(provider.requests) == 1
        verifier.forget("acme", TOKEN)
        verifier.verify("acme", TOKEN)
        assert len(provider.requests) == 2


async def test_a_token_can_be_forgotten_from_an_event_loop() -> None:
    provider = Provider()
    verifier = made(provider)
    await verifier.averify("acme", TOKEN)
    await verifier.aforget("acme", TOKEN)
    await verifier.averify("acme", TOKEN)
    await verifier.aclose()
    assert len(provider.requests) == 2


async def test_a_token_is_verified_from_an_event_loop() -> None:
    verifier = made()
    assert (await verifier.averify("acme", TOKEN)).user_id == "1000"
    await verifier.aclose()
    with pytest.raises(LifecycleError, match="await the method"):
        verifier.verify("acme", TOKEN)


def test_what_can_never_work_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError):
        Verifier(connections={})


def test_the_blocks_own_error_matters_more_than_the_close(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unclosable(Provider):
        async def aclose(self) -> None:
            raise RuntimeError

    monkeypatch.setattr("accredit.exchange.providers.make_transport", lambda **_: Unclosable())
    verifier = Verifier(connections=ACME, plugins=[Brings(Acme)], logger=ListLogger())
    with pytest.raises(LifecycleError, match="its transport could not be"), verifier:
        pass
    with pytest.raises(ZeroDivisionError), verifier:
        raise ZeroDivisionError
