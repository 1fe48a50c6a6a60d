"""The people who log in, each with the tokens that the simulated providers know of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accredit.testing.hosts.login import Login
from accredit.testing.hosts.provider import SimulatedProvider
from accredit.testing.simulator.people import Person, person

CLIENT_ID = "my-app"
"""The client of a login that names none."""

FindProvider = Callable[[str | None], SimulatedProvider]
"""Returns a simulated provider by its strategy, or the first that was named."""


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """One of `PEOPLE`, who has an account at every simulated provider."""

    person: Person
    _provider: FindProvider

    @property
    def name(self) -> str:
        """The full name."""
        return self.person.name

    @property
    def email(self) -> str | None:
        """The address, None for somebody who has none."""
        return self.person.email

    @property
    def number(self) -> int:
        """The number of the account; a provider may write its user id otherwise."""
        return self.person.number

    def login(
        self,
        strategy: str | None = None,
        *,
        client_id: str = CLIENT_ID,
        scope: str | None = None,
        connection: str | None = None,
        token: str = "good",  # noqa: S107 - the name of a sample
        fault: str | None = None,
        **more: str,
    ) -> Login:
        """Return what an app posts when this person logs in at a provider.

        `strategy` is by default the first that `simulated` was given. `connection` is the name on the wire, by default
        the strategy's. `token` is the name of a sample of the simulator: `good`, `expired`, `revoked`, `foreign_app`,
        and whatever else the provider is known for. `fault` makes the provider misbehave for this login alone, such as
        `unavailable-30`. `more` are further parameters, such as `audience` or `device`.

        Raises:
            LookupError: there is no such provider, token or fault; the message names those that there are.
        """
        provider = self._provider(strategy)
        sample = provider.sample(token, self.person)
        parameters = {"client_id": client_id, "connection": connection or provider.strategy, **sample.parameters}
        if scope is not None:
            parameters["scope"] = scope
        if fault is not None:
            parameters[sample.field] = provider.marked(sample.credential, fault)
        return Login({**parameters, **more}, expected=sample.expected)


class People:
    """Everybody there is, by name and one after the other."""

    def __init__(self, provider: FindProvider) -> None:
        self.ada = SimulatedPerson(person("ada"), provider)
        """Ada Lovelace, of whom every provider knows everything."""
        self.grace = SimulatedPerson(person("grace"), provider)
        """Grace Hopper, who has no e-mail."""
        self.sappho = SimulatedPerson(person("sappho"), provider)
        """Sappho, who has no last name."""
        self.yuki = SimulatedPerson(person("yuki"), provider)
        """山田 雪, whose name is in another script."""
        self.alan = SimulatedPerson(person("alan"), provider)
        """Alan Turing, who has no picture."""
        self.max = SimulatedPerson(person("max"), provider)
        """Max Planck, whose number is above 2^53."""

    def __iter__(self) -> Iterator[SimulatedPerson]:
        return iter(vars(self).values())
