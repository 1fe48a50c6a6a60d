"""Do the providers still serve the API versions that are configured, and for how long?"""

import datetime as dt

from accredit.cli.checkup.finding import Examiner, Finding
from accredit.plugins import Connection
from accredit.plugins.api_versions import api_version_of

_examiner = Examiner("API version")


def examine_api_version(connection: Connection, today: dt.date) -> Finding:
    """Warn about a version that ends in less than 90 days or is unknown; fail one that has ended."""
    name, version = connection.name, api_version_of(connection)
    if version is None:
        return _examiner.ok(name, "the strategy knows of no version that ends")
    change = f"configure a newer one in [connections.{name}], see {version.source}"
    if not version.is_known:
        return _examiner.warn(
            name, f"{version.name} is unknown to {connection.source}", f"{change}, or upgrade the plugin"
        )
    if version.ends_on is None:
        return _examiner.ok(name, f"{version.name}, no end announced")
    days = (version.ends_on - today).days
    if days <= 0:
        return _examiner.fail(name, f"{version.name} has ended on {version.ends_on}", change)
    what = f"{version.name} ends on {version.ends_on}, in {days} days"
    return _examiner.warn(name, what, change) if version.ends_soon(today) else _examiner.ok(name, what)
