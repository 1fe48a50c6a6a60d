"""What came of the checks: one verdict for each strategy.

A check has *passed* or *failed*, was *not run* (deselected, skipped from outside, or never reached), is *exempt* by a
written reason, or is *not applicable*: the strategy has nothing the check could look at, such as ID tokens. The level
follows from that alone, the first that fits:

* `failing`: a check has failed;
* `incomplete`: a check was not run;
* `partial`: a check is exempt;
* `full`: all checks have passed, as far as they apply.

A strategy that declares traits has fewer checks that apply, so its best level names them: `full (unbound)`.
"""

import importlib.metadata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.testing.checks import checks_of
from accredit.testing.conformance.accepted import Accepted, summed_up
from accredit.testing.conformance.slips import is_slip
from accredit.testing.conformance.suite import DECLARED, Suite, threats_of

PASSED, FAILED, NOT_RUN, EXEMPT, NOT_APPLICABLE = "passed", "failed", "not run", "exempt", "not applicable"
_ORDER = (FAILED, NOT_RUN, EXEMPT, NOT_APPLICABLE, PASSED)


@dataclass(slots=True)
class StrategyReport:
    """The checks of one conformance class, by name; `reasons` has what is to be said about some of them."""

    place: str
    """Where the class stands: file and class name."""
    strategy: str
    source: str
    """The distribution that brings the strategy, with its version."""
    statuses: dict[str, str]
    reasons: dict[str, str] = field(default_factory=dict)
    traits: tuple[str, ...] = ()
    """What the strategy declares of itself, in alphabetical order."""
    accepted: set[Accepted] = field(default_factory=set)
    """The logins of those samples that are to be accepted."""

    @classmethod
    def of(cls, suite: type[Suite], kit: type[Suite], *, place: str) -> "StrategyReport":
        """Begin the report of a class: nothing has run yet."""
        strategy = getattr(suite, "strategy", None)
        name = str(getattr(strategy, "name", suite.__name__))
        traits = tuple(sorted(getattr(strategy, "traits", ())))
        report = cls(place, name, source_of(name), dict.fromkeys(checks_of(kit), NOT_RUN), traits=traits)
        for check, reason in suite.exemptions.items():
            report.set(check, EXEMPT, reason)
        return report

    def set(self, check: str, status: str, reason: str = "") -> None:
        """Note what came of a check; a failure stays, and an exemption is only lost to one."""
        current = self.statuses[check]
        if current == FAILED or (current == EXEMPT and status != FAILED):
            return
        self.statuses[check] = status
        if reason:
            self.reasons[check] = reason

    @property
    def level(self) -> str:
        """Return `failing`, `incomplete`, `partial` or `full`, this one with the traits."""
        found = set(self.statuses.values())
        for status, level in ((FAILED, "failing"), (NOT_RUN, "incomplete"), (EXEMPT, "partial")):
            if status in found:
                return level
        return f"full ({', '.join(self.traits)})" if self.traits else "full"

    def lines(self) -> Iterator[str]:
        """Yield the report for a terminal: the verdict, then each check that is not passed, and why.

        What was not asked for is counted: the file has the names. What does not apply is told where a trait is the
        reason, for that is the author's own word.
        """
        counts = Counter(self.statuses.values())
        told = ", ".join(f"{counts[status]} {status}" for status in reversed(_ORDER) if counts[status])
        yield f"{self.strategy} ({self.source}): {self.level}: {told}"
        for reason, count in Counter(self._left_out_together()).items():
            yield f"  {NOT_RUN}: {count} {'check' if count == 1 else 'checks'} ({reason})"
        for status in (FAILED, NOT_RUN, EXEMPT):
            for check in (name for name, one in self.statuses.items() if one == status):
                reason = self.reasons.get(check, "")
                if status == NOT_RUN and (not reason or is_slip(reason)):
                    continue
                yield f"  {status}: {check}{f' ({reason})' if reason else ''}"
        for check, reason in self.reasons.items():
            if self.statuses[check] == NOT_APPLICABLE and reason.startswith(DECLARED):
                yield f"  {NOT_APPLICABLE}: {check} ({reason})"

    def _left_out_together(self) -> list[str]:
        """Return the reasons that are told once for all their checks: a slip, or that nobody has asked for them."""
        reasons = (self.reasons.get(check, "") for check, status in self.statuses.items() if status == NOT_RUN)
        return [reason or "deselected" for reason in reasons if not reason or is_slip(reason)]

    def as_json(self, kit: type[Suite]) -> dict[str, Any]:
        """Return the report for a file."""
        return {
            "strategy": self.strategy,
            "source": self.source,
            "class": self.place,
            "traits": list(self.traits),
            "level": self.level,
            "accepted": summed_up(self.accepted),
            "checks": [
                {
                    "name": name,
                    "about": (getattr(kit, name).__doc__ or "").strip().partition("\n")[0],
                    "threats": list(threats_of(kit, name)),
                    "status": status,
                    **({"reason": self.reasons[name]} if name in self.reasons else {}),
                }
                for name, status in self.statuses.items()
            ],
        }


def document(reports: Mapping[str, StrategyReport], kit: type[Suite]) -> dict[str, Any]:
    """Return the whole report: the same for the same results, without a date."""
    ordered = sorted(reports.values(), key=lambda one: (one.strategy, one.place))
    return {"kit": importlib.metadata.version("accredit"), "strategies": [one.as_json(kit) for one in ordered]}


def source_of(strategy: str) -> str:
    """Name the distribution of a strategy."""
    for entry in importlib.metadata.entry_points(group="accredit.strategies", name=strategy):
        if entry.dist is not None:
            return f"{entry.dist.name} {entry.dist.version}"
    return "not installed"
