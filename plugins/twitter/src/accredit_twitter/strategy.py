"""X: one signed call says at once that a token is good, that it is ours, and whose it is."""

import re
from typing import Any, ClassVar
from urllib.parse import urlencode

from accredit.audience import AudienceProof, SignedByUs, Unbound
from accredit.errors import InvalidProviderToken, MissingParameter, ProviderUnavailable
from accredit.http import ProviderResponse
from accredit.models import ProviderToken, Verification
from accredit.profile import Profile
from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy, VerifyContext
from accredit_twitter.normalize import profile_of
from accredit_twitter.profile_api import PROFILE_APIS
from accredit_twitter.refusals import refusal
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.signing import authorization

# Source: RFC 6750 section 2.1 (`b64token`). Anything else could make the header malformed, for which X blames us.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class TwitterStrategy(Strategy[TwitterSettings]):
    """Verify users of X.

    A token of OAuth 1.0a comes with its secret, and X only accepts the pair under the signature of the app it was
    made for: that is the proof of audience. A bearer token of OAuth 2.0 tells nobody its app: X has no introspection,
    so it is refused unless the connection accepts unbound tokens.
    """

    name: ClassVar[str] = "twitter"
    settings_type: ClassVar[type[ConnectionSettings]] = TwitterSettings
    # Source: https://docs.x.com/x-api/fundamentals/data-dictionary (`id`: the unique identifier of this user).
    user_id_scope = "global"

    async def verify(self, token: ProviderToken, ctx: VerifyContext) -> Verification:
        """Ask X who the token's user is. One HTTPS request; none for a bearer that would not be accepted anyway."""
        value, secret = _pair(token)
        if secret is None and not self.settings.accept_unbound_tokens:
            raise MissingParameter("access_token_secret")
        if not _TOKEN.fullmatch(value):
            raise InvalidProviderToken("token is not of the form X issues")
        api = PROFILE_APIS["v2" if secret is None else self.settings.profile_api]
        url = self.settings.api_url + api.path
        proof: AudienceProof
        if secret is None:
            header, proof = f"Bearer {value}", Unbound("X does not say which app an OAuth 2.0 token is for")
        else:
            header = authorization(
                f"{url}?{urlencode(api.params)}",
                consumer_key=self.settings.consumer_key,
                consumer_secret=self.settings.consumer_secret,
                token=value,
                token_secret=secret,
                now=ctx.clock(),
            )
            proof = SignedByUs(self.settings.consumer_key)
        response = await ctx.http.get(url, params=api.params, headers={"Authorization": header})
        body = _body(response)
        user = api.read(body) if response.status == 200 else None
        if user is None:
            raise refusal(
                response,
                body,
                signed=secret is not None,
                client_id=self.settings.client_id,
                now=ctx.clock(),
            )
        user_id, claims = user
        return Verification(user_id=user_id, audience=proof, claims=claims)

    def normalize(self, verification: Verification) -> Profile:
        """Map the user object to claims; an address X hands out is one it has verified."""
        return profile_of(verification.claims)


def _pair(token: ProviderToken) -> tuple[str, str | None]:
    """Return token and secret; clients that can send one field only send `token:secret`, as neither holds a colon."""
    value = token.reveal()
    if token.secret is not None:
        return value, token.secret.get_secret_value()
    match value.split(":"):
        case [first, second] if first and second:
            return first, second
        case _:
            return value, None


def _body(response: ProviderResponse) -> dict[str, Any]:
    """Return the answer's JSON object, or an empty one: a refusal without JSON still has a status."""
    try:
        return response.json_object()
    except ProviderUnavailable:
        return {}
