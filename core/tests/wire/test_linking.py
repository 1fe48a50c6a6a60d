"""`main_access_token`: nothing can be linked yet, and nobody becomes a second user by accident."""

from core.tests.bench import Bench


async def test_a_request_to_link_is_refused_before_the_provider_is_asked(wire: Bench) -> None:
    response = await wire.post(main_access_token="eyJ.our.own")

    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request", "error_description": "linking identities is not available"}
    assert wire.event.reason == "linking_unavailable"
    wire.assert_untouched()


async def test_the_same_request_without_it_is_accepted(wire: Bench) -> None:
    assert (await wire.post()).status_code == 200
