"""Golden payloads: what a provider said once, and the profile that must come of it, as files.

One JSON file each::

    {
      "about": "a complete person",
      "verification": {"user_id": "1000000000000001", "claims": {"name": "Ada Lovelace", "email": "ada@example.com"}},
      "profile": {"name": "Ada Lovelace", "email": "ada@example.com", "email_verified": false},
      "assurance": "unverified"
    }

`verification` holds the fields of `accredit.Verification`: `user_id` and `claims`, and where the mapping looks at them
`scopes`, `expires_at` and `audience`, such as `{"JwtAudience": {"aud": ["…"], "azp": null}}`. `profile` is what
`Profile.claims()` must return, exactly. `assurance` is required where there is an e-mail address, and is its
`Assurance`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accredit.audience import AppBound, AudienceProof, JwtAudience, SignedByUs, Unbound
from accredit.models import Verification
from accredit.testing.conformance.suite import require

_PROOFS: Mapping[str, type[Any]] = {one.__name__: one for one in (AppBound, JwtAudience, SignedByUs, Unbound)}
_KEYS = {"about", "verification", "profile", "assurance"}


@dataclass(frozen=True, slots=True)
class Payload:
    """One file."""

    name: str
    verification: Mapping[str, Any]
    profile: Mapping[str, Any]
    assurance: str | None

    def build(self) -> Verification:
        """Build the verification anew, so that nobody can have changed it."""
        fields = json.loads(json.dumps(self.verification))
        fields["audience"] = _proof(fields.pop("audience", None))
        fields["scopes"] = frozenset(fields.get("scopes", ()))
        return Verification(**fields)


def read_payloads(folder: Path) -> list[Payload]:
    """Read all files of a folder, in the order of their names.

    Raises:
        AssertionError: there is none, or one is not of the form above.
    """
    require(folder.is_dir(), f"payloads: there is no folder {folder}")
    payloads = [_read(path) for path in sorted(folder.glob("*.json"))]
    require(payloads, f"payloads: {folder} has no .json file; at least one golden payload is required")
    return payloads


def _read(path: Path) -> Payload:
    value = json.loads(path.read_text("utf-8"))
    complete = isinstance(value, dict) and value.keys() <= _KEYS and {"verification", "profile"} <= value.keys()
    require(complete, f"{path.name}: a payload has verification and profile, and may have about and assurance")
    stated = ("email" in value["profile"]) == ("assurance" in value)
    require(stated, f"{path.name}: assurance goes with an e-mail address, and only with one")
    return Payload(path.name, value["verification"], value["profile"], value.get("assurance"))


def _proof(value: Mapping[str, Any] | None) -> AudienceProof:
    if value is None:
        return AppBound("golden-payload")
    ((kind, fields),) = value.items()
    lists = {name: tuple(one) if isinstance(one, list) else one for name, one in fields.items()}
    proof: AudienceProof = _PROOFS[kind](**lists)
    return proof
