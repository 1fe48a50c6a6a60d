"""When Facebook ends the versions of its Graph API.

Source: https://developers.facebook.com/docs/graph-api/changelog/versions
"""

import datetime as dt
from collections.abc import Mapping

from accredit.strategy import ApiVersion

SOURCE = "https://developers.facebook.com/docs/graph-api/changelog/versions"

ENDS_ON: Mapping[tuple[int, int], dt.date | None] = {
    (19, 0): dt.date(2026, 5, 21),
    (20, 0): dt.date(2026, 9, 24),
    (21, 0): dt.date(2027, 1, 21),
    (22, 0): dt.date(2027, 5, 20),
    (23, 0): dt.date(2027, 10, 8),
    (24, 0): dt.date(2028, 2, 18),
    (25, 0): dt.date(2028, 7, 29),
    (26, 0): None,  # a version ends two years after its successor's release
}
OLDEST = min(ENDS_ON)


def graph_version(name: str) -> ApiVersion:
    """Return what is known about a version such as `v25.0`.

    Versions end in the order of their release, so one before the oldest listed ended no later than that.
    """
    major, minor = (int(part) for part in name.removeprefix("v").split("."))
    number = (major, minor)
    return ApiVersion(
        name=name,
        ends_on=ENDS_ON.get(max(number, OLDEST)),
        source=SOURCE,
        is_known=number in ENDS_ON or number < OLDEST,
    )
