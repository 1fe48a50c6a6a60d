"""What is measured: cases, each a journey of the clients at some concurrencies, for some participants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.benchmarks.participants import PEER
from tests.benchmarks.participants.registry import PARTICIPANTS

FRESH, REPEATED, REFRESH, VERIFY = "fresh", "repeated", "refresh", "verify"
_SERVERS = (
    "floor", "accredit", "accredit-fastapi", "accredit-django-uvicorn", "accredit-django-gunicorn",
    *(name for name, each in PARTICIPANTS.items() if each.kind == PEER),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation. The first participant is what the others are compared with: the floor, but for workers."""

    name: str
    title: str
    participants: tuple[str, ...]
    in_flight: tuple[int, ...]
    journey: str = FRESH
    provider_ms: float = 0.0


CASES = (
    Case(
        name="fresh",
        title="Fresh tokens, RS256, provider answers at once",
        participants=_SERVERS,
        in_flight=(1, 64, 256, 1000),
    ),
    Case(
        name="slow-provider",
        title="Fresh tokens, RS256, provider takes 50 ms",
        participants=_SERVERS,
        in_flight=(1, 64, 256, 1000),
        provider_ms=50.0,
    ),
    Case(
        name="es256",
        title="Fresh tokens, ES256",
        participants=("floor-es256", "accredit-es256"),
        in_flight=(1, 64, 1000),
    ),
    Case(
        name="repeated",
        title="The same token again, RS256",
        participants=("floor-cached", "accredit"),
        in_flight=(1, 64),
        journey=REPEATED,
    ),
    Case(
        name="repeated-es256",
        title="The same token again, ES256",
        participants=("floor-cached-es256", "accredit-es256"),
        in_flight=(1, 64),
        journey=REPEATED,
    ),
    Case(
        name="refresh",
        title="Refresh grant, RS256",
        participants=("floor", "accredit"),
        in_flight=(1, 64),
        journey=REFRESH,
    ),
    Case(
        name="refresh-es256",
        title="Refresh grant, ES256",
        participants=("floor-es256", "accredit-es256"),
        in_flight=(1, 64),
        journey=REFRESH,
    ),
    Case(
        name="workers",
        title="Two workers on two cores, RS256",
        participants=("accredit", "accredit-workers"),
        in_flight=(64,),
    ),
    Case(
        name="verify",
        title="Verification alone, in process, fresh tokens",
        participants=("floor-verify", "accredit-verify"),
        in_flight=(1, 64),
        journey=VERIFY,
    ),
)


def narrowed(
    cases: Sequence[Case], *, names: Sequence[str], servers: Sequence[str], in_flight: Sequence[int]
) -> list[Case]:
    """Return the cases with these names, for these participants, at these concurrencies; nothing changes nothing."""
    chosen = []
    for case in cases:
        if names and case.name not in names:
            continue
        participants = tuple(name for name in case.participants if not servers or name in servers)
        if participants:
            numbers = tuple(in_flight) or case.in_flight
            chosen.append(replace(case, participants=participants, in_flight=numbers))
    return chosen
