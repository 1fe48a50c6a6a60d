"""The one line with which a host's test begins."""

import time
from collections.abc import Callable

from accredit.testing.hosts.providers import Providers
from accredit.testing.simulator.installed import look_for_simulators


def simulated(*strategies: str, clock: Callable[[], float] = time.time) -> Providers:
    """Simulate providers in this process: no network, no port, no file. For `with` and `async with`.

    ::

        with simulated("facebook", "google-oauth2") as providers:
            exchange = Exchange(providers.settings(SETTINGS), **providers.parts())
            login = providers.people.ada.login("facebook", client_id="my-app", scope="openid")

    The first is the one where people log in if nothing else is said. Without names it is every installed strategy that
    has a simulator. `clock` returns epoch seconds.

    Raises:
        LookupError: no installed plugin has a simulator of that name, or its plugin is broken.
    """
    brought = list(look_for_simulators())
    found = {one.strategy: one.simulator for one in brought if one.simulator is not None}
    problems = {one.strategy: one.problem for one in brought if one.problem is not None}
    for name in strategies:
        if name not in found:
            told = ", ".join(found) or "none"
            raise LookupError(problems.get(name) or f"no installed plugin simulates '{name}'; there are: {told}")
    simulators = [found[name](clock=clock) for name in strategies or found]
    return Providers(simulators, default=next(iter(strategies), None), clock=clock)
