"""Turn X's refusals into ours: by what the answer says, and by how we had asked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accredit.errors import (
    ExchangeError,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    WrongAudience,
)
from accredit.refusals import refusal
from accredit.strategy import ProviderResponse
from accredit_twitter.refusals.limits import limit_of
from accredit_twitter.refusals.tables import (
    BEARER,
    EXCHANGE,
    LOCKED,
    NEW_TOKEN,
    OUR_KEYS,
    REVOCATION,
    SIGNED,
    UNKNOWN_TOKEN,
    Sign,
    Table,
)

_PROBLEM = re.compile(r"(?:.*/)?([a-z0-9-]{1,40})")
_XML_CODE = re.compile(rb'<error code="([0-9]{1,9})">')
_BY_STATUS_ALONE = (402, 429)
"""Statuses that are believed without a body that can be read."""
_OF_A_SIGNATURE = (32, 99, 215, "status 401")


def refusal_signed(call: str, response: ProviderResponse, body: Mapping[str, Any], *, now: float) -> ExchangeError:
    """Return the error that an answer without a user stands for, to a call that we signed; `now` is epoch seconds."""
    return _refusal_of_our_app(SIGNED, call, response, body, now)


def refusal_of_new_token(
    call: str, response: ProviderResponse, body: Mapping[str, Any], *, now: float
) -> ExchangeError:
    """Return the error for a bearer token that a code was exchanged for, which is our app's; `now` is epoch seconds."""
    return _refusal_of_our_app(NEW_TOKEN, call, response, body, now)


def refusal_of_exchange(call: str, response: ProviderResponse, body: Mapping[str, Any], *, now: float) -> ExchangeError:
    """Return the error for an exchange that gave no token; `now` is epoch seconds."""
    return _refusal_of_oauth(EXCHANGE, call, response, body, now)


def refusal_of_revocation(
    call: str, response: ProviderResponse, body: Mapping[str, Any], *, now: float
) -> ExchangeError:
    """Return the error for a token that X has not revoked; `now` is epoch seconds."""
    return _refusal_of_oauth(REVOCATION, call, response, body, now)


def is_unknown_token(body: Mapping[str, Any]) -> bool:
    """Tell whether X says of a token that is to be revoked that it knows none."""
    return _oauth_sign(body, (UNKNOWN_TOKEN,)) == UNKNOWN_TOKEN


def _refusal_of_oauth(
    table: Table, call: str, response: ProviderResponse, body: Mapping[str, Any], now: float
) -> ExchangeError:
    if response.status == 404 and not response.body:
        return ProviderProtocolError(f"{call}: X does not know the path, status 404 without a body")
    sign = _oauth_sign(body, table) or _sign(table, body, response.status)
    return _refusal(table, sign, call, response, now)


def _oauth_sign(body: Mapping[str, Any], signs: Iterable[Sign]) -> str | None:
    """Return the word of RFC 6749 section 5.2, with the words of its description that one of `signs` lists."""
    error, description = body.get("error"), body.get("error_description")
    if not isinstance(error, str) or not error:
        return None
    text = description.lower() if isinstance(description, str) else ""
    keys = (key for key in signs if isinstance(key, str) and key.startswith(f"{error} "))
    return next((key for key in keys if key.removeprefix(f"{error} ") in text), error)


def _refusal_of_our_app(
    table: Table, call: str, response: ProviderResponse, body: Mapping[str, Any], now: float
) -> ExchangeError:
    """Return the error for a call of which X knows that it is our app's: then its limit may be ours, too."""
    if response.status == 404 and not response.body:
        return ProviderProtocolError(f"{call}: X does not know the path, status 404 without a body")
    error = _refusal(table, _sign(table, body, response.status), call, response, now)
    if isinstance(error, ProviderRateLimited) and limit_of(response.headers, now).is_apps:
        ours = ProviderQuotaExhausted(f"{error.detail}, and the app's calls of 24 hours are used up")
        ours.retry_after_s = error.retry_after_s
        return ours
    return error


def refusal_of_bearer(
    call: str, response: ProviderResponse, body: Mapping[str, Any], *, client_id: str, now: float
) -> ExchangeError:
    """Return the error for a bearer token, which may be of any app, and is of ours if X names `client_id`."""
    if response.status == 404 and not response.body:
        return ProviderProtocolError(f"{call}: X does not know the path, status 404 without a body")
    error = _refusal(BEARER, _sign(BEARER, body, response.status), call, response, now)
    if isinstance(error, WrongAudience) and client_id and body.get("client_id") == client_id:
        return ProviderMisconfigured(error.detail)
    return error


def refusal_of_our_keys(
    call: str, response: ProviderResponse, body: Mapping[str, Any], *, now: float
) -> ExchangeError | None:
    """Return what X has against our key and secret themselves; None where it knows them.

    That no callback is approved (415, 417) is said to those alone whose signature is right.
    Source: https://github.com/laravel/socialite/issues/641
    """
    xml = _XML_CODE.search(response.body)
    sign: Sign | None = int(xml[1]) if xml else _sign(OUR_KEYS, body, response.status)
    if sign in {415, 417} or (response.status == 200 and b"oauth_token=" in response.body):
        return None
    return _refusal(OUR_KEYS, sign, call, response, now)


def may_be_our_secret(body: Mapping[str, Any], status: int) -> bool:
    """Tell whether X says no more than that something of a signature is wrong: the token's part, or ours."""
    return _sign(SIGNED, body, status) in _OF_A_SIGNATURE


def _refusal(table: Table, sign: Sign | None, call: str, response: ProviderResponse, now: float) -> ExchangeError:
    wait_s = limit_of(response.headers, now).wait_s
    code = sign.replace(" ", "-") if isinstance(sign, str) and sign not in table else sign  # an alert names one word
    return refusal(table, code, call=call, response=response, retry_after_s=wait_s)


def _sign(table: Table, body: Mapping[str, Any], status: int) -> Sign | None:
    """Return the first sign that `table` lists, else the first that can be read, else None."""
    signs = list(_signs(body))
    listed = next((sign for sign in signs if sign in table), None)
    if listed is not None:
        return listed
    of_status = f"status {status}"
    if status in _BY_STATUS_ALONE and (of_status in table or not signs):
        return of_status
    if signs:
        return signs[0]
    return _sign_of_status(table, body, status)


def _sign_of_status(table: Table, body: Mapping[str, Any], status: int) -> Sign | None:
    """Return the status as a sign, if a problem refers to it; a 200 says nothing."""
    problems = [one for one in (body, *_errors(body)) if _is_blank(one)]
    if not problems or status < 400:
        return None
    details = [one.get("detail") for one in problems]
    is_locked = any(isinstance(one, str) and LOCKED.removeprefix("status 403 ") in one.lower() for one in details)
    return LOCKED if is_locked and status == 403 and LOCKED in table else f"status {status}"


def _signs(body: Mapping[str, Any]) -> Iterator[Sign]:
    errors = _errors(body)
    yield from (one["code"] for one in errors if type(one.get("code")) is int)
    for problem in (body, *errors):
        name = problem.get("type")
        if isinstance(name, str) and not _is_blank(problem) and (match := _PROBLEM.fullmatch(name)):
            yield match[1]


def _is_blank(problem: Mapping[str, Any]) -> bool:
    """Tell whether this is a problem without a type of its own. Source: RFC 9457 section 3.1.1 (absent: blank)."""
    if "type" in problem:
        return bool(problem["type"] == "about:blank")
    return isinstance(problem.get("title"), str)


def _errors(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = body.get("errors")
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
