"""Read Google's answers: what a success holds, and how long to wait after a failure."""

import math
import re
from email.utils import parsedate_to_datetime
from typing import Any

from accredit.errors import ProviderUnavailable
from accredit.http import ProviderResponse
from accredit.refusals import refusal
from accredit_google_oauth2.refusals import ERRORS, code_of

_SECONDS = re.compile(r"[0-9]{1,9}")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")


def read(call: str, response: ProviderResponse, *, now: float) -> dict[str, Any]:
    """Return the JSON object of a success.

    Raises:
        ExchangeError: Google reports an error; the class says whose.
        ProviderUnavailable: Google is down, or its answer is not understood.
    """
    body = _object(response)
    if response.status == 200 and not body.keys() & {"error", "error_description"}:
        return body
    code, wait_s = code_of(response.status, body), retry_after_s(response, now=now)
    raise refusal(ERRORS, code, call=call, response=response, retry_after_s=wait_s)


def retry_after_s(response: ProviderResponse, *, now: float) -> int | None:
    """Return the seconds that `Retry-After` asks for; None where it says nothing readable.

    Source: RFC 9110 section 10.2.3: seconds, or a date.
    """
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return int(value)
    if not _HTTP_DATE.fullmatch(value):
        return None
    try:
        at = parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
    return max(0, math.ceil(at - now))


def _object(response: ProviderResponse) -> dict[str, Any]:
    try:
        return response.json_object()
    except ProviderUnavailable:
        if response.status == 200:
            raise
        return {}  # an error page of a front end: its status is all there is
