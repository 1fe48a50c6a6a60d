"""The events of operation, one function each: which name, how loud, and what goes with it."""

import datetime as dt

from accredit.audit.events import OperationalEvent
from accredit.audit.logs import LOGGER
from accredit.errors import ExchangeError
from accredit.strategy import ApiVersion

_UNHEARD = (
    f'events below level warning vanish: give the logger "{LOGGER}" a handler and level INFO, for example by '
    f"logging.basicConfig(level=logging.INFO), or set its level to WARNING if you want none of them"
)


def request_failed(error: ExchangeError) -> OperationalEvent:
    """Tell of an error outside every exchange and endpoint."""
    return _alert("request.failed", error.detail, reason=error.reason, status=error.status)


def form_as_json(client_id: str) -> OperationalEvent:
    """Tell that a request's body said JSON and was a form, as in the original documentation's JavaScript sample.

    To be counted, and to know when nobody does that any more.
    """
    return OperationalEvent(name="request.form_as_json", client_id=client_id)


def fetch_failed(event: str, url: str) -> OperationalEvent:
    """Tell that somebody must look at `url`, though the exchange may go on."""
    return _alert(event, url=url)


def circuit_changed(connection: str, state: str, refused: int) -> OperationalEvent:
    """Tell that a provider is down (`open`), or is back (`closed`) after so many were `refused` without asking it."""
    if state == "open":
        return OperationalEvent(
            name="connection.circuit_opened",
            level="critical",
            alert=True,
            alert_key="circuit_opened",
            connection=connection,
        )
    return OperationalEvent(name="connection.circuit_closed", connection=connection, facts={"refused": refused})


def turned_away(count: int) -> OperationalEvent:
    """Tell how many were turned away in the last seconds because too many exchanges were going on."""
    return OperationalEvent(name="request.turned_away", level="error", facts={"count": count})


def cache_failed(place: str) -> OperationalEvent:
    """Tell that the cache of verifications does not work, so that providers are asked each time."""
    return _alert("cache.failed", place)


def cache_noticed(event: str, detail: str) -> OperationalEvent:
    """Tell that what nodes share is away (`cache.away`), or back, or holds what none of them has written."""
    return OperationalEvent(name=event, detail=detail) if event == "cache.back" else _alert(event, detail)


def keys_noticed(event: str, detail: str) -> OperationalEvent:
    """Tell that the signing keys have changed (`keys.changed`), or that the changed key file cannot be used."""
    return _alert(event, detail) if event == "keys.unusable" else OperationalEvent(name=event, detail=detail)


def readiness_changed(problem: str) -> OperationalEvent:
    """Tell that `/readyz` has begun to say no, because of `problem`; or, where that is empty, yes again."""
    return _alert("readiness.lost", problem) if problem else OperationalEvent(name="readiness.back")


def limits_unknown(place: str) -> OperationalEvent:
    """Tell that nobody knows how many calls there were, so that none is refused; told once an hour."""
    return _alert("limits.storage_failed", place)


def proxy_unnamed(address: str) -> OperationalEvent:
    """Tell that calls come through a proxy that nobody has named, so that its callers cannot be told apart."""
    detail = f"{address} passes on calls of others: if that is a proxy, name it in limits.trusted_proxies"
    return OperationalEvent(name="limits.proxy_unnamed", level="warning", detail=detail)


def close_failed(part: str, place: str) -> OperationalEvent:
    """Tell that a part of the exchange could not be closed; the others are."""
    return OperationalEvent(name="host.close_failed", level="error", facts={"part": part, "place": place})


def not_open(detail: str) -> OperationalEvent:
    """Tell that a document cannot be served before the host has opened the exchange."""
    return _alert("host.not_open", detail)


def log_failed(place: str) -> OperationalEvent:
    """Tell that a line could not be written."""
    return OperationalEvent(name="host.log_failed", level="error", facts={"place": place})


def log_unheard() -> OperationalEvent:
    """Tell that events below level warning vanish, and how to hear them."""
    return OperationalEvent(name="host.log_unheard", level="warning", detail=_UNHEARD)


def issuer_mismatch(issuer: str, root_path: str, advice: str) -> OperationalEvent:
    """Tell that the app is mounted elsewhere than the issuer says."""
    detail = f"the issuer does not name the path that the app is mounted at, {advice}"
    facts = {"issuer": issuer, "root_path": root_path}
    return OperationalEvent(name="host.issuer_mismatch", level="warning", detail=detail, facts=facts)


def audit_behind(problem: str, *, waiting: int, lost: int) -> OperationalEvent:
    """Tell that rows of the audit table cannot be written, are lost since this was last told, or stay for too long."""
    facts = {"waiting": waiting, "lost": lost}
    return OperationalEvent(name="audit.behind", level="error", detail=problem, facts=facts)


def observer_failed(plugin: str, place: str) -> OperationalEvent:
    """Tell that an observer raised; nothing else was affected."""
    return OperationalEvent(name="observer.failed", level="error", facts={"plugin": plugin, "place": place})


def provider_token_revoked(connection: str) -> OperationalEvent:
    """Tell that a provider has taken back what its user had granted."""
    return OperationalEvent(name="connection.token_revoked", connection=connection)


def provider_token_ended(connection: str) -> OperationalEvent:
    """Tell that what a user has granted may still be: the token by which it could be revoked had ended before."""
    return OperationalEvent(name="connection.token_ended", level="warning", connection=connection)


def provider_token_unrevoked(connection: str, error: ExchangeError) -> OperationalEvent:
    """Tell that a provider could not be told that a user is gone: somebody has to try again.

    It does not say who that was: the audit table names nobody who is erased.
    """
    return OperationalEvent(
        name="connection.token_unrevoked",
        level="critical",
        alert=True,
        connection=connection,
        reason=error.reason,
        detail=error.detail,
    )


def operator_signed_in() -> OperationalEvent:
    """Tell that somebody has opened the operator's page with its token."""
    return OperationalEvent(name="operator.signed_in")


def operator_signed_out() -> OperationalEvent:
    """Tell that somebody has closed it."""
    return OperationalEvent(name="operator.signed_out")


def operator_wrong_token() -> OperationalEvent:
    """Tell that somebody has tried to open it with a wrong token."""
    return OperationalEvent(name="operator.wrong_token", level="warning")


def operator_many_wrong_tokens(wrong: int) -> OperationalEvent:
    """Tell that so many wrong tokens have come in a minute that no further one of it is told."""
    return OperationalEvent(name="operator.many_wrong_tokens", level="error", facts={"wrong": wrong})


def accepts_unbound_tokens(connection: str) -> OperationalEvent:
    """Tell at start-up that a connection takes tokens of anybody's app."""
    return OperationalEvent(name="connection.accepts_unbound_tokens", level="warning", connection=connection)


def api_version_noticed(connection: str, version: ApiVersion, today: dt.date) -> OperationalEvent | None:
    """Tell at start-up that a connection's API version ends soon, has ended, or is unknown; else return None."""
    facts: dict[str, str | int] = {"api_version": version.name, "source": version.source}
    name = "connection.api_version_ends"
    if not version.is_known:
        name = "connection.api_version_unknown"
    elif version.ends_on is not None and version.ends_soon(today):
        facts |= {"ends_on": version.ends_on.isoformat(), "days_left": (version.ends_on - today).days}
    else:
        return None
    return OperationalEvent(name=name, level="warning", connection=connection, facts=facts)


def _alert(
    name: str, detail: str = "", *, reason: str = "", status: int | None = None, **facts: str
) -> OperationalEvent:
    return OperationalEvent(
        name=name, level="critical", alert=True, detail=detail, reason=reason, status=status, facts=facts
    )
