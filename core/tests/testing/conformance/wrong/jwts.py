"""ID tokens, believed too soon."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from core.tests.testing.conformance.good import APP_ID, ISSUER, Good, GoodSimulator
from core.tests.testing.conformance.wrong import fails

from accredit import AppBound, JwtAudience, Verification
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.keys.jose import InvalidJwt, PublicKeys, read_header
from accredit.strategy import VerifyContext
from accredit.testing import PEOPLE, Sample


class NoIdTokens(GoodSimulator):
    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.id_tokens = None

    def samples(self) -> Sequence[Sample]:
        return [one for one in GoodSimulator(clock=self.clock).samples() if one.name != "jwt"]


@fails("a_connection_with_a_key_set_has_simulated_id_tokens", simulator=NoIdTokens)
class HidesItsIdTokens(Good):
    """A simulator without ID tokens proves nothing about them."""


@fails("a_genuine_id_token_is_accepted")
class RefusesIdTokens(Good):
    """Nobody with an ID token can log in."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        raise InvalidProviderToken("no ID tokens, please")


def decoded(token: Credential) -> dict[str, Any]:
    """Read a JWT without verifying it."""
    for part in sorted(token.reveal().split("."), key=len, reverse=True):
        try:
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            continue
        if isinstance(claims, dict) and "sub" in claims:
            return claims
    raise InvalidProviderToken("no JWT")


@fails(
    "an_unsigned_id_token_is_refused",
    "an_id_token_signed_with_the_public_key_is_refused",
    "an_id_token_cannot_bring_its_own_key",
    "times_are_checked",
    "a_subject_is_required",
    "only_the_issuer_is_the_issuer",
    "a_nonce_is_both_or_neither",
    "the_setting_nonce_is_obeyed",
    "another_kind_of_jwt_is_no_id_token",
    "an_id_token_is_no_access_token",
    "our_own_tokens_are_no_provider_tokens",
    "a_key_set_that_misbehaves_is_unavailable",
    "a_key_set_that_was_never_up_is_unavailable",
)
class TrustsEveryJwt(Good):
    """Anybody can write a JWT."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if not token.reveal().startswith("ey"):
            return await super().verify(token, ctx)
        claims = decoded(token)
        return Verification(user_id=str(claims.get("sub")), audience=AppBound(APP_ID), claims=claims)


@fails("only_the_issuer_is_the_issuer")
class TakesAnyIssuer(Good):
    """The issuer that is accepted is the one that the token names."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        issuers = (str(decoded(token).get("iss")), ISSUER)
        id_token = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=issuers)
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


@fails("only_the_issuer_is_the_issuer")
class AcceptsEveryIssuer(Good):
    """A key set may be shared: of whoever signs with its keys, one is the issuer."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        id_token = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=lambda claims, key: True)
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


@fails("only_the_issuer_is_the_issuer")
class ComparesTheIssuersHost(Good):
    """What stands behind the host may be another tenant."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        def is_there(claims: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
            return bool(urlsplit(claims["iss"]).hostname == urlsplit(ISSUER).hostname)

        id_token = await ctx.verify_id_token(token, jwks_url=self.settings.jwks_url, issuers=is_there)
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


@fails("a_token_that_names_no_key_is_refused")
class TakesTokensWithoutKid(Good):
    """A provider that names its keys does so in each token."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        id_token = await ctx.verify_id_token(
            token, jwks_url=self.settings.jwks_url, issuers=(ISSUER,), without_kid=True
        )
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


class NamesNoKey(GoodSimulator):
    """Its provider names a key in some tokens and in others not, as one with a single key may."""

    def samples(self) -> Sequence[Sample]:
        unnamed = {"access_token": self.issuer.mint(PEOPLE[0], header={"kid": None})}
        return [replace(one, parameters=unnamed) if one.name == "jwt" else one for one in super().samples()]


@fails("a_token_that_names_no_key_is_refused", simulator=NamesNoKey)
class TriesEveryKey(TakesTokensWithoutKid):
    """Where several keys fit, a token has to say which one is meant."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        if "kid" in read_header(token.reveal()):
            return await super().verify_jwt(token, ctx)
        published = (await ctx.http.get(self.settings.jwks_url)).json_object()["keys"]
        for jwk in published:
            try:
                claims = PublicKeys({"keys": [jwk]}).verify(token.reveal(), algorithms=("RS256",), kid=jwk["kid"])
            except InvalidJwt:
                continue
            return Verification(user_id=claims["sub"], audience=AppBound(claims["aud"]), claims=claims)
        raise InvalidProviderToken("no key has signed it")


@fails("an_id_token_cannot_bring_its_own_key")
class FetchesKeysFromTheToken(Good):
    """A token that says where its keys are has been signed by whoever has put them there."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        url = read_header(token.reveal()).get("jku") or self.settings.jwks_url
        id_token = await ctx.verify_id_token(token, jwks_url=str(url), issuers=(ISSUER,))
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


@fails("only_the_issuer_is_the_issuer")
class FetchesKeysFromTheIssuer(Good):
    """The issuer is a claim of a token that nobody has verified yet."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        issuer = str(decoded(token).get("iss"))
        url = self.settings.jwks_url if issuer == ISSUER else f"{issuer}/jwks"
        id_token = await ctx.verify_id_token(token, jwks_url=url, issuers=(issuer,))
        return Verification(user_id=id_token.subject, audience=id_token.audience, claims=id_token.claims)


@fails("an_unsigned_id_token_is_refused")
class TakesTheTokensAlgorithm(Good):
    """`alg` is the attacker's to write: none, or HS256 with the public key."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        alg = str(read_header(token.reveal()).get("alg"))
        if alg.lower() == "none":
            claims = decoded(token)
            return Verification(user_id=str(claims["sub"]), audience=AppBound(APP_ID), claims=claims)
        return await super().verify_jwt(token, ctx)


@fails("every_audience_must_be_ours")
class TakesTheFirstAudience(Good):
    """A token for us and for somebody else is in somebody else's hands."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        audience = verification.audience
        assert isinstance(audience, JwtAudience)
        ours = tuple(one for one in audience.aud if one == APP_ID) or audience.aud
        return Verification(user_id=verification.user_id, audience=JwtAudience(ours), claims=verification.claims)


@fails("every_audience_must_be_ours")
class ForgetsWhoAsked(Good):
    """`azp` is the app that the token was made for."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        assert isinstance(verification.audience, JwtAudience)
        audience = JwtAudience(verification.audience.aud)
        return Verification(user_id=verification.user_id, audience=audience, claims=verification.claims)


@fails("no_claim_but_the_subject_makes_somebody_else")
class IdentifiesByAddress(Good):
    """An address can be given to somebody else, and is whatever the issuer's administrator writes."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        user_id = str(verification.claims.get("email") or verification.user_id)
        return Verification(user_id=user_id, audience=verification.audience, claims=verification.claims)


@fails("no_claim_but_the_subject_makes_somebody_else")
class PrefersAnotherClaim(Good):
    """A claim of the profile in front of the subject is one that its owner may change."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify_jwt(token, ctx)
        user_id = f"{verification.user_id}.{verification.claims.get('screen_name')}"
        return Verification(user_id=user_id, audience=verification.audience, claims=verification.claims)


@fails("ids_of_another_form_stay_what_they_are", "a_subject_is_required")
class ReadsSubjectsByNumber(Good):
    """A subject is a text."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        claims = decoded(token)
        if isinstance(claims.get("sub"), int):
            return Verification(user_id=str(claims["sub"]), audience=AppBound(APP_ID), claims=claims)
        verification = await super().verify_jwt(token, ctx)
        user_id = verification.user_id.lstrip("0") if verification.user_id.isdecimal() else verification.user_id
        return Verification(user_id=user_id or "0", audience=verification.audience, claims=verification.claims)


@fails("unknown_keys_are_no_flood", "a_key_set_that_is_down_is_served_stale", "rotated_keys_are_found")
class FetchesKeysEachTime(Good):
    """A flood of tokens becomes a flood of fetches."""

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        keys = await ctx.http.get(self.settings.jwks_url)
        if keys.status != 200:
            raise ProviderUnavailable("no keys")
        return await super().verify_jwt(token, ctx)
