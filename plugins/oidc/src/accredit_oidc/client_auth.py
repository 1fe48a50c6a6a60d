"""Prove to a provider who we are: by a secret, or by a JWT that our private key signs.

Source: OpenID Connect Core 1.0 section 9.
"""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr, TypeAdapter, ValidationError

from accredit.errors import InvalidParameter, InvalidProviderToken
from accredit.settings import EcPrivateKey
from accredit.strategy import VerifyContext
from accredit_oidc.settings import OidcSettings

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""Source: RFC 7523 section 2.2."""
_LIFE_S = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """What goes into a request: fields of its form, or what stands in its header."""

    form: dict[str, str] = field(repr=False)
    basic: tuple[str, SecretStr] | None


class ClientAuth:
    """Our credentials at one provider: those of the first client id."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._is_public = settings.auth_method == "none"
        self._has_secret_or_key = settings.client_secret is not None or settings.private_key is not None
        self._algorithm = _algorithm(settings.private_key)

    def require_for_access_tokens(self) -> None:
        """Refuse access tokens, of which nobody but the provider can tell for which app they are, where we cannot ask.

        Raises:
            InvalidProviderToken: there is neither a secret nor a key.
        """
        if not self._has_secret_or_key:
            raise InvalidProviderToken(
                "access tokens need client_secret or private_key: nobody else can tell their app"
            )

    def require_for_codes(self) -> None:
        """Refuse codes where we have no credentials for them: a public client's are its id and the verifier.

        Raises:
            InvalidParameter: there are none.
        """
        if not (self._is_public or self._has_secret_or_key):
            raise InvalidParameter("code", needs="client_secret or private_key")

    def prove(self, url: str, ctx: VerifyContext) -> Proof:
        """Return the proof for a request to `url`, an endpoint of the provider.

        Raises:
            InvalidProviderToken: there is neither a secret nor a key.
        """
        client_id, secret, key = self._settings.client_ids[0], self._settings.client_secret, self._settings.private_key
        if key is not None:
            signed = self._assertion(key, client_id, url, ctx)
            form = {"client_id": client_id, "client_assertion_type": _JWT_BEARER, "client_assertion": signed}
            return Proof(form, None)
        if self._is_public:
            return Proof({"client_id": client_id}, None)  # Source: RFC 6749 section 4.1.3
        if secret is None:
            raise InvalidProviderToken("there is neither client_secret nor private_key")
        if self._settings.auth_method == "client_secret_post":
            return Proof({"client_id": client_id, "client_secret": secret.get_secret_value()}, None)
        return Proof({}, (client_id, secret))

    def _assertion(self, key: SecretStr, client_id: str, url: str, ctx: VerifyContext) -> str:
        now, kid = int(ctx.clock()), self._settings.private_key_id
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": url if self._settings.assertion_audience == "endpoint" else self._settings.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + _LIFE_S,
        }
        return ctx.sign(key, claims, algorithm=self._algorithm, headers=None if kid is None else {"kid": kid})


def _algorithm(key: SecretStr | None) -> Literal["ES256", "RS256"]:
    try:
        TypeAdapter(EcPrivateKey).validate_python(key)
    except ValidationError:
        return "RS256"
    return "ES256"
