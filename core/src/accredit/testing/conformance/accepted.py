"""What a run has seen accepted: kinds of credentials, each with the proof that bound it to our app."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Accepted:
    """One login, without who it was. `proof` is the name of the proof's class, such as `AppBound`."""

    credential: str
    proof: str
    nonce: bool
    """A nonce of the request was bound by it."""
    pkce: bool
    """It came with the verifier of a code."""


def summed_up(seen: Iterable[Accepted]) -> list[dict[str, Any]]:
    """Return one row for each kind and proof, in order: `nonce` and `pkce` say whether any of its logins had one."""
    rows: dict[tuple[str, str], Accepted] = {}
    for one in seen:
        before = rows.get((one.credential, one.proof), one)
        merged = Accepted(one.credential, one.proof, one.nonce or before.nonce, one.pkce or before.pkce)
        rows[one.credential, one.proof] = merged
    return [asdict(one) for one in sorted(rows.values())]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> set[Accepted]:
    """Return what was summed up, as it travels from one process to another."""
    return {Accepted(**row) for row in rows}
