"""Verify a provider's ID token locally, the same way for every provider.

Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 7519 section 4.1; RFC 8725.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from pydantic import SecretStr

from accredit._guard import guarded
from accredit._quick_init import with_quick_init
from accredit.audience import JwtAudience
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, PluginFailed, ProviderMisconfigured
from accredit.keys.jose import InvalidJwt, at_hash, verify_mac
from accredit.provider.http import ProviderHTTP
from accredit.provider.jwks import JwksCache
from accredit.provider.jwt_claims import CLOCK_SKEW_S, audience, epoch
from accredit.provider.nonce import NonceCheck
from accredit.provider.signed import accepted_header, read_by_keys
from accredit.provider.token_kind import check_claims, check_header_typ
from accredit.settings import ConnectionSettings

LONGEST_LIFE_S = 86_400
"""An `exp` further ahead than this is refused, unless the strategy says otherwise."""
SHORTEST_SECRET = 32
"""Bytes that a secret for HS256 must have. Source: RFC 7518 section 3.2."""

IssuerPredicate = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
"""Takes the claims of a token with a good signature, and the public members of the JWK that verified it."""


_NO_KEY: Final[Mapping[str, Any]] = MappingProxyType({})
"""Of a token that a secret has verified."""


@dataclass(frozen=True, slots=True)
class VerifiedIdToken:
    """A genuine, current ID token of an accepted issuer. Whether it is *ours* is for the engine to check."""

    subject: str
    audience: JwtAudience
    expires_at: int
    claims: Mapping[str, Any] = field(repr=False)


@with_quick_init
@dataclass(frozen=True, slots=True)
class IdTokenVerifier:
    """Verify ID tokens against published keys or against a secret of ours, for one exchange.

    `http` is the exchange's own: a key set, too, comes from a declared origin or from nowhere, and its fetch is among
    the calls of the exchange that caused it. `clock` returns epoch seconds; `settings` are the connection's.
    """

    jwks: JwksCache
    http: ProviderHTTP
    clock: Callable[[], float]
    settings: ConnectionSettings
    check_nonce: NonceCheck

    async def __call__(
        self,
        token: Credential | SecretStr | str,
        *,
        issuers: Collection[str] | IssuerPredicate,
        jwks_url: str | None = None,
        secret: SecretStr | None = None,
        algorithms: Sequence[str] = ("RS256",),
        longest_life_s: int = LONGEST_LIFE_S,
        max_age_s: int | None = None,
        without_kid: bool = False,
        access_token: SecretStr | str | None = None,
    ) -> VerifiedIdToken:
        """Check signature, issuer, kind, times, `sub`, nonce and `at_hash`; at most one HTTPS request, for the keys.

        `token` is the credential itself, or the text of an ID token that came beside it or in an answer.

        Name either `jwks_url`, for asymmetric algorithms, or `secret` with `algorithms=("HS256",)`: a secret of the
        connection's own settings, which the provider shares with us. Never both: what is public must not become a
        secret (RFC 8725 section 2.1).

        `issuers` are compared exactly. Where they cannot be listed, it is a predicate of the claims and of the JWK that
        has verified them, empty with a secret: pure, True for what is accepted, False for anything else. A predicate
        that does not compare `iss` with something of ours accepts whoever can sign.

        `exp` may lie `longest_life_s` ahead, and `iat` at most `max_age_s` back; None looks at no age. `without_kid`
        accepts a token that names no key, where exactly one of the set fits its algorithm; where the provider puts in
        another one, such a token is good again when the set is fetched anew.

        `access_token` is the one beside which the ID token came: where that has an `at_hash`, it is this one's
        (OpenID Connect Core 1.0 sections 3.1.3.8 and 3.3.2.11). Without it nothing is compared.

        Raises:
            InvalidProviderToken: a check fails, or the JWT is not an ID token.
            ProviderUnavailable: the keys cannot be fetched, or not yet again.
            ProviderMisconfigured: `secret` is shorter than 32 bytes, or a public key.
            PluginFailed: `jwks_url` is of a host that the strategy did not declare; `secret` is none of the
                connection's settings; both or neither are given, or algorithms that do not belong to them; `issuers`
                raises, or answers with something else than True or False.
        """
        if isinstance(issuers, str):
            raise TypeError("issuers is a collection of strings")
        value = _text(token)
        if secret is not None and jwks_url is None:
            alg, claims, key = "HS256", self._claims_by_secret(value, secret, algorithms), _NO_KEY
        elif secret is None and jwks_url is not None:
            header, claims, key = await read_by_keys(
                value,
                jwks=self.jwks,
                http=self.http,
                jwks_url=jwks_url,
                algorithms=algorithms,
                check_typ=check_header_typ,
                without_kid=without_kid,
            )
            alg = header["alg"]
        else:
            raise PluginFailed("verify_id_token takes either jwks_url or secret")
        _check_issuer(issuers, claims, key)
        check_claims(claims)
        expires_at = self._check_times(claims, longest_life_s, max_age_s)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidProviderToken("sub is missing")
        self.check_nonce(claims.get("nonce"))
        if access_token is not None and "at_hash" in claims and claims["at_hash"] != at_hash(alg, _text(access_token)):
            raise InvalidProviderToken("at_hash is that of another access token")
        return VerifiedIdToken(subject, audience(claims), expires_at, claims)

    def _claims_by_secret(self, token: str, secret: SecretStr, algorithms: Sequence[str]) -> dict[str, Any]:
        if tuple(algorithms) != ("HS256",):
            raise PluginFailed('a secret verifies HS256 and nothing else: algorithms=("HS256",)')
        name = _name_of_secret(self.settings, secret)
        value = secret.get_secret_value()
        if len(value.encode()) < SHORTEST_SECRET:
            raise ProviderMisconfigured(f"setting {name} is shorter than {SHORTEST_SECRET} bytes: too short for HS256")
        try:
            accepted_header(token, algorithms, check_header_typ)
            return verify_mac(token, value)
        except InvalidJwt as exc:
            raise InvalidProviderToken(f"JWT is not valid: {exc}") from exc
        except ValueError:
            raise ProviderMisconfigured(f"setting {name} is a public key, and so no secret") from None

    def _check_times(self, claims: Mapping[str, Any], longest_life_s: int, max_age_s: int | None) -> int:
        now = self.clock()
        expires_at, issued_at = epoch(claims, "exp"), epoch(claims, "iat")
        if now >= expires_at:
            raise InvalidProviderToken("ID token has expired")
        if expires_at > now + longest_life_s + CLOCK_SKEW_S:
            raise InvalidProviderToken("exp is too far ahead")
        if issued_at > now + CLOCK_SKEW_S:
            raise InvalidProviderToken("iat lies in the future")
        if max_age_s is not None and now >= issued_at + max_age_s:
            raise InvalidProviderToken("iat lies too far back")
        if "nbf" in claims and epoch(claims, "nbf") > now + CLOCK_SKEW_S:
            raise InvalidProviderToken("nbf lies in the future")
        return expires_at


def _text(token: Credential | SecretStr | str) -> str:
    if isinstance(token, str):
        return token
    return token.get_secret_value() if isinstance(token, SecretStr) else token.reveal()


def _check_issuer(
    issuers: Collection[str] | IssuerPredicate, claims: Mapping[str, Any], key: Mapping[str, Any]
) -> None:
    issuer: object = claims.get("iss")
    accepted: object = False
    if isinstance(issuer, str):
        accepted = issuer in issuers if isinstance(issuers, Collection) else _asked(issuers, claims, key)
    if accepted is not True:
        raise InvalidProviderToken("iss is not accepted")


def _asked(predicate: IssuerPredicate, claims: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    with guarded("issuers of verify_id_token"):
        answer: object = predicate(MappingProxyType(claims), key)
    if not isinstance(answer, bool):  # not bool(…): a coroutine that nobody awaits is true
        raise PluginFailed(f"issuers of verify_id_token: {type(answer).__name__} is neither True nor False")
    return answer


def _name_of_secret(settings: ConnectionSettings, secret: SecretStr) -> str:
    """Return the setting whose value `secret` is: one that the operator has set, and that is a strategy's own.

    A secret from anywhere else may be known to anybody: a default stands in published code.
    """
    own = settings.model_fields_set - ConnectionSettings.model_fields.keys()
    for name in own:
        if getattr(settings, name) is secret and isinstance(secret, SecretStr):
            return name
    raise PluginFailed("the secret for HS256 is the value of no setting of the connection")
