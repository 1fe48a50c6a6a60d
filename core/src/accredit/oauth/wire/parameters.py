"""What a call says: its parameters, and the header that goes with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import read_fields
from accredit.oauth.wire.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parameters of one call, not checked yet."""

    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """As they were sent, for `accredit.oauth.wire.fields.known_fields`."""
    authorization: str = field(default="", repr=False)
    """The header, empty where there is none."""


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
    return Parameters(given=given, authorization=call.header("authorization"))
