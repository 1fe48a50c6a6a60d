"""`python -m accredit.storage PATH`: bring the SQLite database at PATH up to date, and end."""

import sys
from pathlib import Path

from accredit.errors import ConfigurationError
from accredit.storage.migrate import migrate

try:
    migrate(Path(sys.argv[1]))
except ConfigurationError as exc:
    sys.exit(str(exc))
