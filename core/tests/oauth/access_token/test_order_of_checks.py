"""A request that is wrong in two ways gets the answer to the first; the provider comes last."""

import itertools

import pytest
from core.tests.bench import Bench, assert_refused

Answer = tuple[int, str, str]
Fault = tuple[str, dict[str, object], Answer]

_GRANT = "Grant type 'http://auth0.com/oauth/legacy/grant-type/access_token' not allowed for the client."
_BEARER = "the Authorization header must hold a live access token with the exchange scope"

# In the order of the contract.
FAULTS: list[Fault] = [
    ("shape", {"device": ["x"]}, (400, "invalid_request", "invalid device parameter")),
    ("no client_id", {"client_id": None}, (400, "invalid_request", "missing client_id parameter")),
    ("no access_token", {"access_token": None}, (400, "invalid_request", "missing access_token parameter")),
    ("no connection", {"connection": None}, (400, "invalid_request", "missing connection parameter")),
    ("unknown client", {"client_id": "nobody"}, (403, "unauthorized_client", "invalid client")),
    ("grant not allowed", {"client_id": "no-exchange"}, (403, "unauthorized_client", _GRANT)),
    ("unknown connection", {"connection": "nope"}, (400, "invalid_request", "the connection was not found")),
    ("connection off", {"connection": "off"}, (400, "invalid_request", "the connection was disabled")),
    ("another client's", {"connection": "acme-game"}, (400, "invalid_request", "the connection was disabled")),
    ("no bearer", {"client_id": "strict"}, (401, "invalid_token", _BEARER)),
    ("foreign audience", {"audience": "x"}, (400, "invalid_target", "the audience is not allowed for the client")),
    ("bad token", {"access_token": "bad"}, (401, "invalid_request", "invalid access_token: invalid_token")),
]
PAIRS = [(one, two) for one, two in itertools.combinations(FAULTS, 2) if one[1].keys().isdisjoint(two[1])]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
async def test_each_fault_alone_is_refused(wire: Bench, fault: Fault) -> None:
    response = await wire.post(scope="offline_access", **fault[1])

    assert_refused(response, *fault[2])
    assert wire.storage.kept == {}
    assert len(wire.provider.requests) == (fault[0] == "bad token")


@pytest.mark.threat(12, 13)
@pytest.mark.parametrize(("one", "two"), PAIRS, ids=lambda fault: fault[0])
async def test_the_earlier_of_two_faults_answers_and_costs_nothing(wire: Bench, one: Fault, two: Fault) -> None:
    response = await wire.post(scope="offline_access", **two[1], **one[1])

    assert_refused(response, *one[2])
    wire.assert_untouched()
