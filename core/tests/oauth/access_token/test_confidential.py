"""A confidential client has to prove who it is, and `/oauth/access_token` has no place for a proof."""

import pytest
from core.tests.bench import bench

from accredit.settings.client_secret import SecretHash, new_secret

SECRET = new_secret()
GRANT = "http://auth0.com/oauth/legacy/grant-type/access_token"


@pytest.mark.threat(32)
@pytest.mark.parametrize("sent", [{}, {"client_secret": "wrong"}, {"client_secret": SECRET}])
async def test_nobody_borrows_the_name_of_a_confidential_client(sent: dict[str, str]) -> None:
    client = {"connections": ["acme"], "scopes": ["exchange"], "secret_hash": str(SecretHash.of(SECRET))}
    async with bench({"clients": {"conf": client}}) as wire:
        response = await wire.post(client_id="conf", scope="openid exchange", **sent)

        assert response.status_code == 403
        assert response.json() == {
            "error": "unauthorized_client",
            "error_description": f"Grant type '{GRANT}' not allowed for the client.",
        }
        wire.assert_untouched()


async def test_a_public_client_with_the_same_rules_is_served() -> None:
    async with bench({"clients": {"conf": {"connections": ["acme"], "scopes": ["exchange"]}}}) as wire:
        assert (await wire.post(client_id="conf", scope="openid exchange")).status_code == 200
