"""Times that people type: so long ago, or a date."""

import datetime as dt
import re

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def epoch_ms(text: str, now: float) -> int:
    """Return a time as epoch milliseconds: `2h` is two hours before `now`, else ISO 8601, in UTC unless it says.

    Raises:
        ValueError: it is neither.
    """
    if ago := _AGO.fullmatch(text.strip().lower()):
        return int((now - int(ago[1]) * _UNITS_S[ago[2]]) * 1000)
    try:
        time = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("is neither an age, such as 30m, 2h or 7d, nor a time such as 2026-11-26T18:00") from None
    return int((time if time.tzinfo else time.replace(tzinfo=dt.UTC)).timestamp() * 1000)
