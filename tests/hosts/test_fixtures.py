"""The fixtures of pytest that a host's tests ask for."""

import pytest

from accredit.testing import People, Providers


def test_every_installed_provider_is_simulated(accredit_providers: Providers, accredit_people: People) -> None:
    assert accredit_people is accredit_providers.people
    assert {"facebook", "google-oauth2", "twitter", "weibo"} <= accredit_providers.connections.keys()


class TestWithNamesOfItsOwn:
    @pytest.fixture
    def accredit_strategies(self) -> tuple[str, ...]:
        return ("weibo", "facebook")

    def test_a_host_names_its_providers_once_for_all_tests(
        self, accredit_providers: Providers, accredit_people: People
    ) -> None:
        assert list(accredit_providers.connections) == ["weibo", "facebook"]
        assert accredit_people.ada.login()["connection"] == "weibo"
