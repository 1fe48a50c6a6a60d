"""`python manage.py test`: no network, no key file, and Django's own database for tests."""

from django.test import TestCase

from accredit.contrib.django.testing import simulated


class Logins(TestCase):
    def test_ada_sees_her_orders(self) -> None:
        with simulated("facebook") as providers:
            login = providers.people.ada.login(client_id="shop-app", scope="read:orders")
            tokens = self.client.post("/login/oauth/access_token", login, content_type="application/json").json()
            answer = self.client.get("/orders", headers={"Authorization": f"Bearer {tokens['access_token']}"})
            self.assertEqual(answer.json(), {"orders of": f"facebook-{providers.people.ada.number}"})
            self.assertEqual(self.client.get("/orders").status_code, 401)
