"""Read Google's answers: what a success holds, and how long to wait after a failure."""

from collections.abc import Mapping
from typing import Any

from accredit.errors import ProviderUnavailable
from accredit.refusals import Line, refusal, retry_after_s
from accredit.strategy import ProviderResponse
from accredit_google_oauth2.refusals import ERRORS, code_of


def read(call: str, response: ProviderResponse, *, now: float, errors: Mapping[str, Line] = ERRORS) -> dict[str, Any]:
    """Return the JSON object of a success; `errors` says what a failure means.

    Raises:
        ExchangeError: Google reports an error; the class says whose.
        ProviderUnavailable: Google is down, or its answer is not understood.
    """
    body = _object(response)
    if response.status == 200 and not body.keys() & {"error", "error_description"}:
        return body
    code, wait_s = code_of(response.status, body), retry_after_s(response, now=now)
    raise refusal(errors, code, call=call, response=response, retry_after_s=wait_s)


def _object(response: ProviderResponse) -> dict[str, Any]:
    try:
        return response.json_object()
    except ProviderUnavailable:
        if response.status == 200:
            raise
        return {}  # an error page of a front end: its status is all there is
