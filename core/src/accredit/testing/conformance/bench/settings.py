"""The secrets among a connection's settings, and wrong ones in their place."""

from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from accredit.testing.conformance.bench.bench import make_simulator, start
from accredit.testing.conformance.suite import Suite
from accredit.testing.exchange import BASE_URL


def secrets_of(suite: Suite) -> dict[str, str]:
    """Return the secrets that the simulator's table sets, by setting."""
    table = make_simulator(suite).settings(BASE_URL)
    settings = start(suite, table).engine.connections[suite.strategy.name].settings
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    secrets = {name: one.get_secret_value() for name, one in values.items() if isinstance(one, SecretStr)}
    return {name: value for name, value in secrets.items() if value and name in table}


def wrong_ones(secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each setting with values that are not quite its own."""
    for name, value in secrets.items():
        last = "x" if value[-1] != "x" else "y"
        yield name, value[:-1] + last
        if value[::-1] != value:
            yield name, value[::-1]
