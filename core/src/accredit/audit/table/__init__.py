"""The audit table: events as rows of the storage, written behind the answer.

`row` makes a row of an event, `table` is the sink: it has a queue in front, and looks after the table's age.
"""

from accredit.audit.table.row import fields_of_row
from accredit.audit.table.table import AuditTable, table_of

__all__ = ["AuditTable", "fields_of_row", "table_of"]
