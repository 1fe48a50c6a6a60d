"""What must come of a request: one rule for every sample, which the kit and `accredit demo` both apply."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accredit import errors
from accredit.errors import ExchangeError, ProviderTokenRejected, ProviderUnavailable, ServerError
from accredit.testing.simulator.simulator import ACCEPTED, Sample

REFUSALS: Mapping[str, type[ExchangeError]] = {
    error.reason: error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, ExchangeError) and hasattr(error, "reason")
}
"""Every error that ends an exchange, by its reason."""
_ONE_FACE = (ProviderTokenRejected, ProviderUnavailable, ServerError)
"""Errors of which the public sentence is always the same, whatever the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What must come of one request. `reason` is the audit event's, None where no event is due.

    `description` is the public sentence where it must be exactly this one. `claims` are claims that the ID token must
    hold, exactly.
    """

    status: int
    reason: str | None
    error: str | None = None
    description: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_acceptance(self) -> bool:
        """Tell whether tokens must come of it."""
        return self.status == 200

    def contradictions(
        self, *, status: int, reasons: Sequence[str], body: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> list[str]:
        """Return in what an answer is not what it had to be: its status, audit events, body and ID token.

        `reasons` are those of the audit events; `claims` are the ID token's, empty where there is none.
        """
        found = [] if status == self.status else [f"status is {status}, not {self.status}"]
        wanted = [] if self.reason is None else [self.reason]
        if list(reasons) != wanted:
            found.append(f"audit reason is {listed(reasons)}, not {listed(wanted)}")
        if not self.is_acceptance:
            face = {"error": self.error, "error_description": self.description}
            return found + differences("body", {name: text for name, text in face.items() if text is not None}, body)
        return found + (differences("id_token", self.claims, claims) if claims else [])


def verdict_of(sample: Sample) -> Verdict:
    """Return what must come of a sample.

    Raises:
        ValueError: what it expects is no error's reason.
    """
    if sample.expected == ACCEPTED:
        nonce = {name: value for name, value in sample.parameters.items() if name == "nonce"}
        return Verdict(status=200, reason="ok", claims={**nonce, **sample.claims})
    if (error := REFUSALS.get(sample.expected)) is None:
        raise ValueError(f"sample '{sample.name}' expects '{sample.expected}', no error's reason")
    description = error.description if issubclass(error, _ONE_FACE) else None
    return Verdict(status=error.status, reason=error.reason, error=error.error, description=description)


def verdict_of_error(error: ExchangeError) -> Verdict:
    """Return what must come of a request that ends with exactly this error."""
    return Verdict(status=error.status, reason=error.reason, error=error.error, description=error.description)


def differences(place: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return where `found` is not as `wanted` says; compared exactly, as JSON, in which true is not 1."""
    return [
        f"{place}: {name} is {_json(found.get(name))}, not {_json(value)}"
        for name, value in wanted.items()
        if _json(found.get(name)) != _json(value)
    ]


def listed(words: Sequence[str]) -> str:
    """Return words for a sentence; none of them as "none"."""
    return " and ".join(words) or "none"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
