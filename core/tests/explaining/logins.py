"""Logins on the bench, explained."""

import dataclasses
from typing import Any

from core.tests.bench import Bench, good_request

from accredit import ProviderToken
from accredit.errors import ExchangeError
from accredit.explaining.explanation import Explanation, Told
from accredit.explaining.report import Report, report
from accredit.explaining.witness import witness


async def explained(
    bench: Bench, token: str = "good-token", *, connection: str = "acme", only_verified: bool = False, **options: Any
) -> Report:
    """Log in, or have the token verified alone, and return what is reported of it."""
    known = bench.exchange.engine.connections[connection]
    found = Explanation(connection=known)

    def hear(verification: object, profile: Any) -> None:
        found.verification, found.profile = verification, profile

    heard_by = witness(known.strategy, hear)
    bench.exchange.engine.providers.connections = {connection: dataclasses.replace(known, strategy=heard_by)}
    handed = ProviderToken.of(token)
    try:
        if only_verified:
            await bench.exchange.verify(connection, handed)
        else:
            await bench.exchange(good_request(connection=connection, token=handed))
    except ExchangeError as error:
        found.profile = None
        found.told = Told(
            status=error.status,
            error=error.error,
            error_description=error.description,
            retry_after_s=error.retry_after_s,
        )
    found.event = bench.event
    return report(found, **{"secrets": [token], **options})
