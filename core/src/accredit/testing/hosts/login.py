"""What an app posts when somebody logs in."""

import json

from accredit.credentials import Credential, ProviderToken
from accredit.models import ExchangeRequest
from accredit.oauth.wire.parse import parse


class Login(dict[str, str]):
    """The parameters of one login, to post to `/oauth/access_token` as a form or as JSON.

    `expected` is `accepted`, or the `reason` of the refusal that must come, such as `wrong_audience`.
    """

    def __init__(self, parameters: dict[str, str], *, expected: str) -> None:
        super().__init__(parameters)
        self.expected = expected

    @property
    def request(self) -> ExchangeRequest:
        """The same login for a call in Python: `await exchange(login.request)`."""
        return parse(json.dumps(self).encode(), content_type="application/json")[0]

    @property
    def token(self) -> ProviderToken | Credential:
        """Its token alone: `await exchange.verify(connection, login.token)`."""
        return self.request.token
