"""What is asked of each connection: one good credential of each kind, and one of each kind of refusal."""

from collections.abc import Iterator, Mapping

from docs.answers.wire import Request, decoded

from accredit.sandbox.sandbox import CLIENT_ID, SCOPE
from accredit.testing import ACCEPTED, Sample, Simulator

REASONS: Mapping[str, str] = {
    "missing_parameter": "a parameter is missing",
    "wrong_audience": "another app's",
    "invalid_token": "not good, or not good any more",
    "missing_permission": "a permission is missing",
    "credential_reused": "used before",
    "provider_user_blocked": "the provider has locked the user",
    "unlisted_refusal": "the provider refuses it, in words that the server does not know",
    "provider_misconfigured": "the provider refuses the server, not the user",
    "provider_protocol_error": "the provider does not understand the server",
    "provider_quota_exhausted": "the provider answers the server no more: its quota is used up",
    "provider_rate_limited": "the provider limits the calls",
    "provider_unavailable": "the provider is down, or answers nonsense",
}
"""The reasons of refusals by samples, in the order in which they are told, with what they mean."""


def asked(simulator: Simulator, *, has_only_codes: bool) -> Iterator[tuple[str, str, Request]]:
    """Yield what is sent, a sentence about it, and the request."""
    accepted: dict[str, Sample] = {}
    refused: dict[str, Sample] = {}
    for sample in simulator.samples():
        if sample.expected == ACCEPTED:
            accepted.setdefault(_kind(sample, has_only_codes=has_only_codes), sample)
        else:
            refused.setdefault("wrong_audience" if sample.is_foreign else sample.expected, sample)
    told = [(REASONS[reason], refused[reason]) for reason in sorted(refused, key=list(REASONS).index)]
    for title, sample in (*accepted.items(), *told):
        yield title, sample.about, request_of(simulator.strategy, sample)


def request_of(connection: str, sample: Sample) -> Request:
    """Return what a client sends to try a sample, in an order that people can read."""
    return Request.of({"client_id": CLIENT_ID, "connection": connection, **sample.parameters, "scope": SCOPE})


def _kind(sample: Sample, *, has_only_codes: bool) -> str:
    if sample.field == "code" or has_only_codes:
        return "a code"
    if decoded(sample.credential):
        return "an ID token"
    return "an access token and an ID token" if "id_token" in sample.parameters else "an access token"
