"""How one event is told: as `accredit explain` words it."""

from accredit.operator.view.seen import Seen
from accredit.web.elements import Child, Html, tag, user_text
from accredit.web.pieces import facts, moment, state, table

VERDICTS = {"passed": "good", "refused": "odd", "failed": "bad", "abandoned": "plain"}
_KINDS = {"refused": "odd", "limited": "odd", "failed": "bad", "abandoned": "plain"}


def reason_of(one: Seen) -> Child:
    """Return why, with what we know of it."""
    reason = "" if one.reason == "ok" else one.reason
    return user_text(": ".join(part for part in (reason, one.detail) if part))


def refusal(one: Seen, *, subject: Child) -> Html:
    """Return one request that was not accepted, check by check."""
    step = f" in {one.failed_check}" if one.failed_check else ""
    head = tag(
        "h2",
        state(one.outcome, _KINDS.get(one.outcome, "plain")),
        " ",
        tag("code", one.reason),
        step,
        state("Alert", "bad") if one.is_alert else None,
    )
    told = facts(
        ("Time (UTC)", moment(one.at)),
        ("Request", f"{one.name}, answered with {one.status} after {one.duration_ms:,.1f} ms"),
        ("Connection", user_text(one.connection, otherwise="none that is configured")),
        ("Client", user_text(one.client_id, otherwise="none that is known")),
        ("Subject", subject),
        ("Detail", user_text(one.detail)),
        *([("Worker", str(one.worker))] if one.worker else []),
    )
    checks = table(
        f"Checks up to {one.checks[-1][0] if one.checks else 'none'}",
        ("Check", "Verdict", "Took"),
        [
            (tag("code", name), state(verdict, VERDICTS.get(verdict, "plain")), f"{ms:,.1f} ms")
            for name, verdict, ms in one.checks
        ],
        numbers_from=2,
        empty="It ended before the first check.",
    )
    calls = table(
        "Calls to the provider",
        ("Call", "Answer", "Took"),
        [
            (tag("bdi", f"{method} {url}"), str(status) if status else "no answer", f"{ms:,.1f} ms")
            for method, url, status, ms in one.calls
        ],
        numbers_from=2,
        empty="The provider was not asked.",
    )
    return tag("article", head, told, tag("details", tag("summary", "Checks and calls"), checks, calls))
