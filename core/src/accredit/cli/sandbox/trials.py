"""What the demonstration tries, and what must come of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.cli.sandbox.sandbox import STRICT_CLIENT_ID, Provider, error_of, parameters
from accredit.errors import (
    ConnectionNotFound,
    ExchangeError,
    InvalidBearer,
    MissingParameter,
    ProviderTokenRejected,
    ProviderUnavailable,
    ServerError,
    UnknownClient,
)
from accredit.testing import ACCEPTED, Sample

_CONSTANT = (ProviderTokenRejected, ProviderUnavailable, ServerError)
"""Errors with one face outside, whatever the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One request. `reason` is the audit event's, None where no event is due."""

    name: str
    about: str
    parameters: Mapping[str, str]
    status: int
    reason: str | None
    method: str = "POST"
    error: str | None = None
    description: str | None = None
    """The public sentence, where it must be exactly this one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer."""
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Tell whether tokens must come of it."""
        return self.status == 200


def sample_trials(provider: Provider) -> Iterator[Trial]:
    """Yield the provider's first good sample, then each that must be refused."""
    for sample in (provider.good, *provider.refused):
        yield _sample_trial(provider, sample)


def contract_trials(provider: Provider) -> Iterator[Trial]:
    """Yield refusals that cost no provider call, whatever the connection."""
    good = parameters(provider.name, provider.good)
    without_token = {name: value for name, value in good.items() if name != "access_token"}
    yield _refusal(
        "unknown_client", "nobody configured this client_id", good | {"client_id": "nobody"}, UnknownClient()
    )
    yield _refusal(
        "unknown_connection",
        "nobody configured this connection",
        good | {"connection": "nowhere"},
        ConnectionNotFound(),
    )
    yield _refusal("missing_token", "no access_token", without_token, MissingParameter("access_token"))
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
        status=405,
        reason=None,
        error="method_not_allowed",
        headers={"Allow": "POST, OPTIONS"},
    )


def _sample_trial(provider: Provider, sample: Sample) -> Trial:
    if sample.expected == ACCEPTED:
        return Trial(
            name=sample.name,
            about=sample.about,
            parameters=parameters(provider.name, sample),
            status=200,
            reason="ok",
            claims=sample.claims,
        )
    error = error_of(sample, provider.source)
    return Trial(
        name=sample.name,
        about=sample.about,
        parameters=parameters(provider.name, sample),
        status=error.status,
        reason=error.reason,
        error=error.error,
        description=error.description if issubclass(error, _CONSTANT) else None,
    )


def _refusal(
    name: str,
    about: str,
    parameters: Mapping[str, str],
    error: ExchangeError,
    headers: Mapping[str, str] | None = None,
) -> Trial:
    return Trial(
        name=name,
        about=about,
        parameters=parameters,
        status=error.status,
        reason=error.reason,
        error=error.error,
        description=error.description,
        headers=headers or {},
    )
