"""Faults of a provider in a few words, as somebody reads them who has never heard of HTTP."""

from collections.abc import Mapping

WAITS_MS = 5000
"""So long an exchange waits for its provider, unless a setting says something else."""

_NAMES: Mapping[str, str] = {
    "latency": "late by 0.2 s (Accredit waits)",
    "latency-6000": "late by 6 s (longer than Accredit waits)",
    "jitter": "late by up to 0.2 s, by another time for each answer",
    "trickle": "an answer that comes byte by byte",
    "truncated": "an answer that breaks off before its end",
    "endless": "an answer that never ends",
    "informational": "“go on” again and again, and no answer",
    "chunk-extensions": "an answer that never gets to its content",
    "trailers": "a whole answer with an end that never ends",
    "hang-up": "no answer, it hangs up",
    "reset": "no answer, the line is cut",
    "gzip": "a packed answer, though nobody has asked for that (Accredit can read it)",
    "gzip-bomb": "a small packed answer that unpacks to 100 MiB",
    "redirect": "“ask elsewhere” (a redirect)",
    "html": "a web page instead of data",
    "wrong-type": "a picture instead of data",
    "unavailable": "“I am down” (status 503)",
    "error": "“something went wrong” (status 500)",
}

CHOICES: Mapping[str, str] = {"latency-6000": _NAMES["latency-6000"], **_NAMES}
"""What can be switched on, with its name: the one that is most often met first."""


def name_of(fault: str) -> str:
    """Return the name of a fault, with its number where that is not the usual one."""
    if fault in _NAMES:
        return _NAMES[fault]
    kind, _, number = fault.rpartition("-")
    if kind == "latency":
        late_by = f"late by {int(number) / 1000:g} s"
        return f"{late_by} (longer than Accredit waits)" if int(number) > WAITS_MS else f"{late_by} (Accredit waits)"
    return f"{_NAMES[kind].partition(' (')[0]} ({number})"
