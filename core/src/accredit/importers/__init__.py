"""Moving in: read who is linked to what from the tables of other packages, and enter it into a storage of ours.

Two halves, so that each runs where it must. `read` asks an old database, in whatever thread its connection belongs to;
`enter` compares what was found with a storage of ours, and writes where it is told to. `run_import` does both. Neither
reads a provider's token, nor a client's secret.

`run` is those three, `sources/` and `rows/` what reads, `enter` and `steps/` what writes. `query` is all that is asked
of an old database, `sql_query` and `django_query` are two ways to ask it. `records` are what sources yield, `options`
what the operator says, `target` where it goes, `report` what came of it.
"""

from accredit.importers.enter import enter
from accredit.importers.options import ImportOptions
from accredit.importers.query import Query
from accredit.importers.records import Account, Application, LeftOut, OldRefreshToken, Reading
from accredit.importers.report import ClientTable, Entry, Report
from accredit.importers.run import SOURCES, read, run_import
from accredit.importers.target import Target

__all__ = [
    "SOURCES",
    "Account",
    "Application",
    "ClientTable",
    "Entry",
    "ImportOptions",
    "LeftOut",
    "OldRefreshToken",
    "Query",
    "Reading",
    "Report",
    "Target",
    "enter",
    "read",
    "run_import",
]
