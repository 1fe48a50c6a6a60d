"""What the demonstration tries, and what must come of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from accredit.errors import ConnectionNotFound, ExchangeError, InvalidBearer, MissingParameter, UnknownClient
from accredit.sandbox.sandbox import STRICT_CLIENT_ID, Provider, parameters
from accredit.testing.verdict import Verdict, verdict_of, verdict_of_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One request, and what must come of it."""

    name: str
    about: str
    parameters: Mapping[str, str]
    verdict: Verdict
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer."""
    is_foreign: bool = False
    """Whether the token is another app's, where the reason does not say so."""


def sample_trials(provider: Provider) -> Iterator[Trial]:
    """Yield the provider's first good sample, then each that must be refused."""
    for sample in (provider.good, *provider.refused):
        yield Trial(
            name=sample.name,
            about=sample.about,
            parameters=parameters(provider.name, sample),
            verdict=verdict_of(sample),
            is_foreign=sample.is_foreign,
        )


def contract_trials(provider: Provider) -> Iterator[Trial]:
    """Yield refusals that cost no provider call, whatever the connection."""
    good = parameters(provider.name, provider.good)
    without_token = {name: value for name, value in good.items() if name != provider.good.field}
    yield _refusal(
        "unknown_client", "nobody configured this client_id", good | {"client_id": "nobody"}, UnknownClient()
    )
    yield _refusal(
        "unknown_connection",
        "nobody configured this connection",
        good | {"connection": "nowhere"},
        ConnectionNotFound(),
    )
    field = "code" if provider.accepts_only_codes else "access_token"
    yield _refusal("missing_token", f"no {field}", without_token, MissingParameter(field))
    yield _refusal(
        "bearer_required",
        "this client must send an access token of ours as well",
        good | {"client_id": STRICT_CLIENT_ID},
        InvalidBearer(),
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
    yield Trial(
        name="get",
        about="GET would put tokens into URLs",
        method="GET",
        parameters={},
        verdict=Verdict(status=405, reason=None, error="method_not_allowed"),
        headers={"Allow": "POST, OPTIONS"},
    )


def _refusal(
    name: str,
    about: str,
    parameters: Mapping[str, str],
    error: ExchangeError,
    headers: Mapping[str, str] | None = None,
) -> Trial:
    return Trial(name=name, about=about, parameters=parameters, verdict=verdict_of_error(error), headers=headers or {})
