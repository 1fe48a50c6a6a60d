"""What the Graph API tells about limits in its headers.

`X-App-Usage` says how full the hourly quota of the whole app is, in percent, and not when it empties;
`X-Business-Use-Case-Usage` also says how long a block will last. `X-Ad-Account-Usage` is about calls for
advertisements, and `Retry-After` is not sent.

Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

import json
from collections.abc import Iterator
from typing import Any

from accredit.strategy import ProviderResponse

_FULL_PERCENT = 100


def app_quota_is_used_up(response: ProviderResponse) -> bool:
    """Tell whether `X-App-Usage` is full, by calls, by time or by processor time."""
    usage = _header(response, "x-app-usage")
    shares = (usage.get(name) for name in ("call_count", "total_time", "total_cputime"))
    # A boolean is an int, and never as many.
    return any(isinstance(share, int | float) and share >= _FULL_PERCENT for share in shares)


def wait_s(response: ProviderResponse) -> int | None:
    """Return the longest wait that Facebook estimates, in seconds; None where it estimates none."""
    return max(_waits_s(_header(response, "x-business-use-case-usage")), default=None)


def _header(response: ProviderResponse, name: str) -> dict[str, Any]:
    try:
        value = json.loads(response.headers.get(name, "{}"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _waits_s(usage: dict[str, Any]) -> Iterator[int]:
    for cases in usage.values():
        for case in cases if isinstance(cases, list) else ():
            minutes = case.get("estimated_time_to_regain_access") if isinstance(case, dict) else None
            if type(minutes) is int and minutes > 0:  # not isinstance: True is an int
                yield minutes * 60
