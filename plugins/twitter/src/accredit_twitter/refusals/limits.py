"""How long X makes us wait, and whether it is the limit of our whole app.

X sends no `Retry-After`, but says of each window how many calls remain and when it ends, in epoch seconds. Beside the
window of 15 minutes some plans have windows of a day, for the user and for the app.

Sources: https://docs.x.com/x-api/fundamentals/rate-limits; https://github.com/plhery/node-twitter-api-v2/issues/495 and
https://github.com/plhery/node-twitter-api-v2/issues/553 for the windows of a day.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

APP_WINDOW = "x-app-limit-24hour"
WINDOWS = ("x-rate-limit", "x-user-limit-24hour", APP_WINDOW)
"""Each with `-limit`, `-remaining` and `-reset`. The first is always there."""
_NOTHING = re.compile(r"-?0+|-[0-9]{1,12}")
_EPOCH = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Limit:
    """What the headers of a refusal say. `wait_s` is in seconds, None where they do not tell."""

    wait_s: int | None
    is_apps: bool


def limit_of(headers: Mapping[str, str], now: float) -> Limit:
    """Return the limit that was hit; `now` is epoch seconds. Header names are in small letters.

    Of several windows those count that are used up and not over yet, and of those the last to end.
    """
    ends = {window: _end(headers, window) for window in WINDOWS}
    used_up = [window for window in WINDOWS if _NOTHING.fullmatch(headers.get(f"{window}-remaining", ""))]
    # A window that has ended by our clock refuses nothing, unless there is no other.
    counting = [window for window in used_up if (end := ends[window]) is None or end > now] or WINDOWS[:1]
    known = [end for window in counting if (end := ends[window]) is not None]
    return Limit(max(1, math.ceil(max(known) - now)) if known else None, APP_WINDOW in counting)


def _end(headers: Mapping[str, str], window: str) -> int | None:
    reset = headers.get(f"{window}-reset", "")
    return int(reset) if _EPOCH.fullmatch(reset) else None
