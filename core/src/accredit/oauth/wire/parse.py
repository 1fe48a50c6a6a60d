"""Bytes to `ExchangeRequest`: JSON or form, strict about shape, before any network or database work."""

from pydantic import SecretStr

from accredit.models import ExchangeRequest, ProviderToken
from accredit.oauth.wire.fields import bearer_of, known_fields, read_fields, required, scopes_of
from accredit.parameters import LONGEST

_PARAMETERS = {name: most for name, most in LONGEST.items() if name != "refresh_token"}
"""What this wire reads."""


def parse(
    body: bytes, *, content_type: str = "", authorization: str = "", address: str = ""
) -> tuple[ExchangeRequest, bool]:
    """Read one request, and tell whether a form called itself JSON. Unknown parameters are ignored.

    Raises:
        MalformedBody: neither a JSON object nor a form; a parameter twice.
        InvalidParameter: a known parameter is no string, too long, or holds a control character.
        MissingParameter: `client_id`, `access_token` or `connection` is missing or empty.
    """
    given, form_as_json = read_fields(body, content_type)
    fields = known_fields(given, _PARAMETERS)
    client_id = required(fields, "client_id")
    access_token = required(fields, "access_token")
    connection = required(fields, "connection")
    main_access_token = fields.get("main_access_token")
    request = ExchangeRequest(
        client_id=client_id,
        connection=connection,
        token=ProviderToken.of(access_token, secret=fields.get("access_token_secret"), nonce=fields.get("nonce")),
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
