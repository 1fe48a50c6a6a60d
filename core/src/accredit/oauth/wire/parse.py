"""Bytes to `ExchangeRequest`: JSON or form, strict about shape, before any network or database work."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from accredit.models import ExchangeRequest
from accredit.oauth.wire.fields import bearer_of, known_fields, read_fields, required, scopes_of
from accredit.oauth.wire.handed import extras_of, handed_in
from accredit.parameters import LONGEST
from accredit.plugins import Connection

_NOT_READ = frozenset({"refresh_token", "code", "code_verifier", "redirect_uri", "id_token"})
_PARAMETERS = {name: most for name, most in LONGEST.items() if name not in _NOT_READ}
"""What this wire reads for every connection; what only some read, their strategies say."""
_NONE: Mapping[str, Connection] = MappingProxyType({})


def parse(
    body: bytes,
    *,
    connections: Mapping[str, Connection] = _NONE,
    content_type: str = "",
    authorization: str = "",
    address: str = "",
) -> tuple[ExchangeRequest, bool]:
    """Read one request, and tell whether a form called itself JSON. Unknown parameters are ignored.

    `connections` say which parameters they read beyond those of all.

    Raises:
        MalformedBody: neither a JSON object nor a form; a parameter twice.
        InvalidParameter: a known parameter is no string, too long, or holds a control character.
        MissingParameter: `client_id`, `access_token` or `connection` is missing or empty.
    """
    given, form_as_json = read_fields(body, content_type)
    fields = known_fields(given, _PARAMETERS)
    named = connections.get(fields.get("connection", ""))
    extras = extras_of(given, named)
    client_id = required(fields, "client_id")
    token = handed_in(fields, extras, named)
    connection = required(fields, "connection")
    main_access_token = fields.get("main_access_token")
    request = ExchangeRequest(
        client_id=client_id,
        connection=connection,
        token=token,
        scopes=scopes_of(fields),
        user_id_hint=fields.get("user_id"),
        audience=fields.get("audience"),
        device=fields.get("device"),
        state=fields.get("state"),
        main_access_token=None if main_access_token is None else SecretStr(main_access_token),
        bearer=bearer_of(authorization),
        address=address,
    )
    return request, form_as_json
