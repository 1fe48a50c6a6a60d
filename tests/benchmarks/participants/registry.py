"""All participants, by their names."""

import sys

from tests.benchmarks.children import Command
from tests.benchmarks.dialects import contract
from tests.benchmarks.participants import FLOOR, OURS, Participant, Place, Program
from tests.benchmarks.participants.own import accredit, floor, in_django, in_fastapi
from tests.benchmarks.participants.peers import PEERS

IN_PROCESS = {"floor-verify": "floor", "accredit-verify": "accredit"}
"""Those that verify in their own process, and answer no HTTP."""


def _verifying(name: str, title: str, kind: str) -> Participant:
    def program(place: Place) -> Program:
        where = ["--provider-port", str(place.provider_port), "--answers", str(place.folder / "answers")]
        module = "tests.benchmarks.participants.verifying"
        return Program(Command([sys.executable, "-m", module, IN_PROCESS[name], *where]))

    return Participant(name=name, title=title, kind=kind, dialect=contract(has_google=False), program=program)


PARTICIPANTS = {
    each.name: each
    for each in (
        floor("floor", "floor"),
        floor("floor-cached", "floor, cached verification", "--cached"),
        floor("floor-es256", "floor, ES256", "--alg", "ES256"),
        floor("floor-cached-es256", "floor, ES256, cached verification", "--alg", "ES256", "--cached"),
        _verifying("floor-verify", "floor, verification alone", FLOOR),
        accredit("accredit", "Accredit"),
        accredit("accredit-workers", "Accredit, two workers", workers=2),
        accredit("accredit-es256", "Accredit, ES256", alg="ES256"),
        _verifying("accredit-verify", "Accredit, `Verifier`", OURS),
        in_fastapi(),
        in_django("uvicorn"),
        in_django("gunicorn"),
        *PEERS,
    )
}
