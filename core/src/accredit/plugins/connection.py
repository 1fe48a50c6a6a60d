"""One connection: a configured strategy under a wire name, as everything after start-up sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Connection:
    """A configured strategy, ready to use."""

    name: str
    strategy: Strategy[Any]
    settings: ConnectionSettings
    accepted: frozenset[str]
    """Our app ids at the provider; never empty, and each written in the connection's table."""
    families: Mapping[str, frozenset[str]]
    """The same by family; one, without a name, where the provider has but one way to name our app."""
    source: str
    """Who brought the strategy: a distribution with its version, or a plugin object."""
    provider_urls: tuple[str, ...]
    """What may be called: https, or loopback."""
    reads: Mapping[str, int]
    """The request's parameters that only this connection reads, each with the most characters it may have."""
    user_id_issuer: str
    """Who gives out the user ids."""
    trusted: frozenset[str] = frozenset()
    """What else may stand in `aud` beside one of ours; none of them is ours."""

    @property
    def namespace(self) -> str:
        """The first half of its users' subjects."""
        return self.settings.namespace or self.strategy.name

    @property
    def reads_notices(self) -> bool:
        """Tell whether its provider may tell us things of its own accord."""
        return type(self.strategy).read_notice is not Strategy.read_notice
