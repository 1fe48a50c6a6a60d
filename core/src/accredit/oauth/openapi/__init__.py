"""What the endpoints take and answer, as OpenAPI describes it: for a host's document, and for nothing else.

Requests are read by `accredit.oauth.wire` and by the endpoints themselves; no model here ever sees one.
`operations` is the table, each line an `operation`; `requests` and `answers` are the models.
"""

from accredit.oauth.openapi.operation import Operation
from accredit.oauth.openapi.operations import OPERATIONS

__all__ = ["OPERATIONS", "Operation"]
