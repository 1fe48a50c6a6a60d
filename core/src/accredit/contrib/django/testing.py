"""Simulated providers for the tests of a Django project, whose settings stay as they are.

::

    class Logins(TestCase):
        def test_ada_logs_in(self):
            with simulated("facebook") as providers:
                login = providers.people.ada.login(client_id="shop-app", scope="openid")
                answer = self.client.post("/login/oauth/access_token", login, content_type="application/json")
                self.assertEqual(answer.status_code, 200)
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.test import override_settings

from accredit.contrib.django.conf import under_environment
from accredit.testing import Providers
from accredit.testing import simulated as simulated_providers

__all__ = ["Providers", "simulated"]


@contextmanager
def simulated(*strategies: str, clock: Callable[[], float] = time.time) -> Iterator[Providers]:
    """Let the project's connections lead to simulated providers until the block ends, for `with` and as a decorator.

    `ACCREDIT` is overridden as by `override_settings`: clients, policies and users stay; app ids, secrets and addresses
    of the connections become the simulators', whatever the environment says of them, and a signing key takes the place
    of the key file. Everything is kept in Django's database, so `TestCase` undoes it. The rest is as in
    `accredit.testing.simulated`.

    Raises:
        LookupError: no installed plugin has a simulator of that name.
    """
    with simulated_providers(*strategies, clock=clock) as providers:
        parts = providers.parts()
        own = under_environment()
        given = {**own.get("parts", {}), "transport": parts["transport"], "keys": parts["keys"], "clock": clock}
        with override_settings(ACCREDIT={**providers.settings(own), "parts": given}):
            yield providers
