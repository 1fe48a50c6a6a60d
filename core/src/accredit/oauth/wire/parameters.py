"""What a call says: its parameters, and the header that goes with them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import read_fields
from accredit.oauth.wire.record import Record


class Parameters(NamedTuple):
    """The parameters of one call, not checked yet. It shows nothing of them in its `repr`."""

    given: Mapping[str, Any]
    """As they were sent, for `accredit.oauth.wire.fields.known_fields`."""
    authorization: str = ""
    """The header, empty where there is none."""

    def __repr__(self) -> str:
        return "Parameters()"


async def read_parameters(call: Call, record: Record) -> Parameters:
    """Read the body of a call. A GET has no parameters in a body, whatever a proxy or library adds.

    Raises:
        WrongMediaType: it is neither JSON nor a form, and says so.
        MalformedBody: it is neither though it says it is, is too large or too slow, or has a parameter twice.
        Abandoned: the client has left before it was whole.
    """
    given: Mapping[str, Any] = {}
    if call.method == "POST":
        given, record.form_as_json = read_fields(await call.read(), call.header("content-type"))
    return Parameters(given, call.header("authorization"))
