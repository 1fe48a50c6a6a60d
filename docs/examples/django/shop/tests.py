"""`python manage.py test`: no network, no key file, and Django's own database for tests."""

from django.test import TestCase

from accredit.contrib.django.testing import simulated


class Logins(TestCase):
    """People log in at a simulated Facebook."""

    def test_ada_sees_her_orders(self) -> None:
        """But nobody who shows no token."""
        with simulated("facebook") as providers:
            login = providers.people.ada.login(client_id="shop-app", scope="read:orders")
            tokens = self.client.post("/login/oauth/access_token", login, content_type="application/json").json()
            answer = self.client.get("/orders", headers={"Authorization": f"Bearer {tokens['access_token']}"})
            assert answer.json() == {"orders of": f"facebook-{providers.people.ada.number}"}
            assert self.client.get("/orders").status_code == 401
