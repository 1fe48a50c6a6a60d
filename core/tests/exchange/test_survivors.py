"""Refusals that mutations of the code have shown to need a test of their own."""

import pytest
from core.tests.bench import Bench

from accredit.audience import JwtAudience
from accredit.errors import ConnectionDisabled, GrantNotAllowed, InvalidTarget, WrongAudience
from accredit.exchange.client import Client
from accredit.exchange.steps.admit_client import admit_client
from accredit.exchange.steps.check_audience import check_audience
from accredit.exchange.steps.find_connection import allow_connection
from accredit.exchange.steps.grant_scopes import grant_audience
from accredit.settings import EXCHANGE_GRANT, ClientSettings


@pytest.mark.threat(5)
def test_an_azp_of_ours_does_not_excuse_a_foreign_aud() -> None:
    check_audience(JwtAudience(("ours",), "ours"), {"": {"ours"}}, accept_unbound=False)
    with pytest.raises(WrongAudience):
        check_audience(JwtAudience(("theirs",), "ours"), {"": {"ours"}}, accept_unbound=False)


@pytest.mark.threat(13)
async def test_a_connection_is_for_the_clients_that_list_it(wire: Bench) -> None:
    connection = wire.exchange.engine.connections["acme"]
    allow_connection(connection, ClientSettings(connections=("acme",)))
    with pytest.raises(ConnectionDisabled):
        allow_connection(connection, ClientSettings(connections=("acme2",)))


def test_a_client_needs_the_grant() -> None:
    clients = {"app": Client("app", ClientSettings(grant_types=("refresh_token",)))}
    with pytest.raises(GrantNotAllowed):
        admit_client("app", EXCHANGE_GRANT, authenticated=None, clients=clients)
    admitted = admit_client("app", "refresh_token", authenticated=None, clients=clients)
    assert admitted == clients["app"]


@pytest.mark.threat(32)
def test_an_audience_is_granted_to_the_clients_that_list_it() -> None:
    client = ClientSettings(audiences=("https://api.example.com",))
    assert grant_audience("https://api.example.com", client, "https://issuer/") == "https://api.example.com"
    with pytest.raises(InvalidTarget):
        grant_audience("https://other.example.com", client, "https://issuer/")
