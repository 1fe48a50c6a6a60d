"""What a provider has said, as bytes and back."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from accredit._facts import NOTHING
from accredit.audience import AppBound, AudienceProof, CodeExchanged, JwtAudience, SignedByUs, Unbound
from accredit.models import Verification


class NoJson(Exception):
    """Say that something in it is no JSON, and would come back as something else."""


class WrittenOtherwise(Exception):
    """Say that it is not what this version writes: a node with another one has."""


def encode(verification: Verification, *, ends_at: float) -> bytes:
    """Return it, with when it ends, in epoch seconds. Its `provider_token` is not written down.

    Raises:
        NoJson: its claims are not what JSON can say.
    """
    claims = dict(verification.claims)
    value = {
        "user_id": verification.user_id,
        "audience": _proof(verification.audience),
        "claims": claims,
        "expires_at": verification.expires_at,
        "scopes": sorted(verification.scopes),
        "alternate_ids": dict(verification.alternate_ids),
        "facts": dict(verification.facts),
        "ends_at": ends_at,
    }
    try:
        text = json.dumps(value, separators=(",", ":"))
        if json.loads(text)["claims"] != claims:
            raise NoJson
    except (TypeError, ValueError, RecursionError):
        raise NoJson from None
    return text.encode()


def decode(encoded: bytes) -> tuple[Verification, float]:
    """Return what `encode` has taken.

    Raises:
        WrittenOtherwise: it was not this `encode`.
    """
    try:
        value = json.loads(encoded)
        verification = Verification(
            user_id=value["user_id"],
            audience=_proven(*value["audience"]),
            claims=value["claims"],
            expires_at=value["expires_at"],
            scopes=frozenset(value["scopes"]),
            alternate_ids=value["alternate_ids"] or NOTHING,
            facts=value["facts"] or NOTHING,
        )
        return verification, float(value["ends_at"])
    except (ValueError, TypeError, LookupError, RecursionError):
        raise WrittenOtherwise from None


def _proof(proof: AudienceProof) -> list[Any]:
    match proof:
        case AppBound(app_id, family):
            return ["app", app_id, family]
        case JwtAudience(aud, azp, family):
            return ["jwt", list(aud), azp, family]
        case SignedByUs(consumer_key):
            return ["signed", consumer_key]
        case Unbound(reason):
            return ["unbound", reason]
        case CodeExchanged(client_id, family):  # of a code nothing is kept
            return ["code", client_id, family]


def _proven(kind: str, *parts: Any) -> AudienceProof:
    if kind == "jwt":
        aud, azp, family = parts
        return JwtAudience(tuple(aud), azp, family)
    return _OF_TEXTS[kind](*parts)


_OF_TEXTS: Mapping[str, Callable[..., AudienceProof]] = {
    "app": AppBound,
    "signed": SignedByUs,
    "unbound": Unbound,
    "code": CodeExchanged,
}
