"""Forged, stale and foreign ID tokens. Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 8725."""

import hashlib
import json
from typing import Any

import pytest

from accredit.keys.jose import SigningKey
from accredit.testing.conformance.attacks.jwts import header_of, unsigned, with_hmac, with_payload
from accredit.testing.conformance.bench.bench import REFUSED, UNAVAILABLE
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.id_tokens_of_answers import (
    require_it_hangs_on_the_provider,
    require_what_answers_hold_is_verified,
)
from accredit.testing.conformance.bench.samples import accepted_samples, is_jwt, samples_of
from accredit.testing.conformance.bench.spelling import spelling_of_genuine
from accredit.testing.conformance.bench.witnesses import NOW, Clock
from accredit.testing.conformance.suite import Suite, check, require, unless_declared
from accredit.testing.simulator.forgery import encoded
from accredit.testing.simulator.people import person

ATTACKER = "https://attacker.example/keys"
_A_DAY_S = 86_400


class IdTokens(Suite):
    """What the simulator's ID tokens can be, and everything they can be made into."""

    @check
    async def test_a_connection_with_a_key_set_has_simulated_id_tokens(self) -> None:
        """A strategy that verifies ID tokens itself has a simulator that mints them; else it asks its provider."""
        simulator, samples = samples_of(self)
        if simulator.id_tokens is None:
            keys = [name for name in self.strategy.settings_type.model_fields if "jwks" in name]
            if keys:
                await require_what_answers_hold_is_verified(self, simulator, samples, f"{', '.join(keys)} is a setting")
            for sample in filter(is_jwt, accepted_samples(samples)):
                await require_it_hangs_on_the_provider(self, simulator, sample)

    @check
    async def test_a_genuine_id_token_is_accepted(self) -> None:
        """An ID token of the issuer is accepted; each refusal of this file stands beside it."""
        async with forge_for(self) as forge:
            await forge.bench.accepted(forge.mint(), "a genuine ID token")

    @pytest.mark.threat(6)
    @check
    async def test_an_unsigned_id_token_is_refused(self) -> None:
        """`alg: none` in any spelling, an absent signature and a changed payload are refused."""
        async with forge_for(self) as forge:
            good = forge.mint()
            token = good["access_token"]
            for alg in ("none", "None", "NONE", "nOnE", "", None, 0, ["RS256"]):
                forged = unsigned(token, alg=alg)
                await forge.bench.refused({**good, "access_token": forged}, f"alg {alg!r} without a signature")
                signed = forged + token.rpartition(".")[2]
                await forge.bench.refused(
                    {**good, "access_token": signed}, f"alg {alg!r} with another token's signature"
                )
            await forge.bench.refused({**good, "access_token": token.rpartition(".")[0] + "."}, "signature cut off")
            await forge.bench.refused(
                {**good, "access_token": with_payload(token, sub="1")}, "sub changed after signing"
            )
            for cut in (token[:-4], token + "AAAA", token + "."):
                await forge.bench.refused({**good, "access_token": cut}, "signature cut or extended")

    @pytest.mark.threat(6)
    @check
    async def test_an_id_token_signed_with_the_public_key_is_refused(self) -> None:
        """HMAC with any form of the published key as the secret is refused: the algorithm is ours to choose."""
        unless_declared(self, "hs256")
        async with forge_for(self) as forge:
            good = forge.mint()
            keys = json.loads(bytes(forge.issuer.jwks_response().body))["keys"]
            for key in keys:
                for forged in with_hmac(good["access_token"], key):
                    await forge.bench.refused({**good, "access_token": forged}, "HMAC with the public key")

    @pytest.mark.threat(6)
    @check
    async def test_an_id_token_cannot_bring_its_own_key(self) -> None:
        """A key in the header, or an address of one, is not used and not called; nor is another algorithm."""
        clock = Clock()
        async with forge_for(self, clock=clock) as forge:
            kid = header_of(forge.mint()["access_token"]).get("kid")
            key = forge.issuer.stranger()
            own = {**key.public_jwk(), "kid": kid}
            headers: tuple[dict[str, Any], ...] = (
                {},
                {"jwk": own},
                {"jku": ATTACKER},
                {"x5u": ATTACKER},
                {"x5c": ["AAAA"]},
                {"jwk": own, "kid": key.kid},
                {"jku": ATTACKER, "kid": key.kid},
                {"jku": ATTACKER, "kid": ATTACKER},
                {"kid": "../../dev/null"},
                {"kid": None},
                {"kid": 1},
            )
            for header in headers:
                clock.cool_down()
                forged = forge.mint(key=key, header={"kid": kid, **header})
                await forge.bench.refused(forged, f"signed by a stranger's key, header {sorted(header)}")
            for alg in ("RS256", "ES256", "EdDSA"):
                clock.cool_down()
                await forge.bench.refused(forge.mint(key=SigningKey.generate(alg)), f"signed by a stranger's {alg} key")
            for secret in ("", "a stranger's secret", key.kid):
                octets = {"kty": "oct", "k": encoded(secret.encode())}
                for header in ({}, {"jwk": octets}, {"kid": kid}, {"kid": kid, "jwk": octets}):
                    clock.cool_down()
                    await forge.bench.refused(forge.mint(key=secret, header=header), "signed with a stranger's secret")
            require(not forge.strangers(), "an address in a header of a token was called")

    @pytest.mark.threat(6)
    @check
    async def test_a_token_that_names_no_key_is_refused(self) -> None:
        """Without a `kid` a token is refused where several keys fit, and where all samples name theirs."""
        unless_declared(self, "hs256")
        clock = Clock()
        _, samples = samples_of(self)
        some_name_none = any("kid" not in header_of(one.credential) for one in accepted_samples(samples) if is_jwt(one))
        async with forge_for(self, clock=clock) as forge:
            if not some_name_none:
                await forge.bench.refused(forge.mint(header={"kid": None}), "no kid, and all samples have one")
            forge.issuer.rotate()
            clock.cool_down()
            await forge.bench.accepted(forge.mint(), "signed by the new key, beside which the old one is published")
            for key in forge.issuer.keys:
                await forge.bench.accepted(forge.mint(key=key), "signed by one of two keys, which it names")
                await forge.bench.refused(forge.mint(key=key, header={"kid": None}), "no kid where two keys fit")

    @pytest.mark.threat(6)
    @check
    async def test_unknown_keys_are_no_flood(self) -> None:
        """A hundred tokens with as many unknown `kid`s cost at most two fetches of the key set.

        Each is refused, or put off until the key set may be asked for again.
        """
        unless_declared(self, "hs256")
        async with forge_for(self) as forge:
            stranger = forge.issuer.stranger()
            forged = [forge.mint(key=stranger, header={"kid": f"unknown-{number}"}) for number in range(100)]
            for answer in await forge.bench.post_all(forged):
                require(answer.error in (REFUSED, UNAVAILABLE), f"status {answer.status} for an unknown kid")
            require(len(forge.bench.calls) <= 2, f"100 unknown kids caused {len(forge.bench.calls)} fetches")
            await forge.bench.accepted(forge.mint(), "a genuine ID token after the flood")

    @pytest.mark.threat(7)
    @check
    async def test_times_are_checked(self) -> None:
        """`exp`, `iat` and `nbf` must be sane numbers; a token is good until its last second, and not at it."""
        async with forge_for(self) as forge:
            await forge.bench.accepted(forge.mint(exp=NOW + 1), "one second before exp")
            for exp in (NOW, NOW - 1, 0, -1):
                await forge.bench.refused(forge.mint(exp=exp), f"exp {exp - NOW} s from now")
            wrong: tuple[Any, ...] = (
                None,
                str(NOW + 3600),
                NOW + 3600.5,
                float("nan"),
                float("inf"),
                True,
                [NOW + 3600],
                {},
            )
            for value in wrong:
                await forge.bench.refused(forge.mint(exp=value), f"exp is {value!r}")
                await forge.bench.refused(forge.mint(iat=value), f"iat is {value!r}")
            for value in wrong[1:]:
                await forge.bench.refused(forge.mint(nbf=value), f"nbf is {value!r}")
            await forge.bench.refused(forge.mint(exp=NOW + 30 * _A_DAY_S), "exp in a month")
            await forge.bench.refused(forge.mint(exp=10**18), "exp in the far future")
            await forge.bench.refused(forge.mint(iat=NOW + 3600), "iat in an hour")
            await forge.bench.refused(forge.mint(nbf=NOW + 3600), "nbf in an hour")
            await forge.bench.accepted(forge.mint(nbf=NOW - 1), "nbf a second ago")

    @pytest.mark.threat(8)
    @check
    async def test_a_subject_is_required(self) -> None:
        """`sub` missing, empty, a number or a list is refused, and so is what cannot be an id, where it is one.

        Where an id is made of other claims, such a `sub` may be a login of the same user.
        """
        async with forge_for(self) as forge:
            user_id = str(await spelling_of_genuine(self, forge))
            is_part = str(forge.issuer.claims(person("ada"))["sub"]) in user_id
            for value in (None, "", 0, 12345, 1.5, True, ["1"], {"id": "1"}):
                await forge.bench.refused(forge.mint(sub=value), f"sub is {value!r}")
            for value in (" ", "a|b", "a\nb", "1" * 5000, "\N{FULLWIDTH DIGIT ONE}"):
                answer = await forge.bench.post(forge.mint(sub=value))
                same = answer.accepted and not is_part and forge.bench.identity.user_id == user_id
                require(same or not answer.accepted, f"accepted: sub is {value[:20]!r}")

    @pytest.mark.threat(1, 2, 5)
    @check
    async def test_every_audience_must_be_ours(self) -> None:
        """`aud` missing, foreign, almost ours or mixed with others is refused, and so is a foreign `azp`."""
        async with forge_for(self) as forge:
            aud = forge.issuer.claims(person("ada"))["aud"]
            ours = aud[0] if isinstance(aud, list) and len(aud) == 1 else aud
            require(isinstance(ours, str), "the issuer's own tokens must have one audience")
            foreign: list[Any] = [
                None,
                "",
                "foreign",
                0,
                42,
                True,
                {},
                [],
                [None],
                [42],
                [ours, 42],
                [[ours]],
                {"aud": ours},
            ]
            foreign += [ours[:-1], ours[1:], ours + "0", "0" + ours, f" {ours}", f"{ours} ", f"{ours},x"]
            foreign += [["foreign"], [ours, "foreign"], ["foreign", ours], [ours, ours[:-1]], [f"{ours} foreign"]]
            foreign += [ours.swapcase()] if ours.swapcase() != ours else []
            foreign += [int(ours), [int(ours)]] if ours.isdecimal() else []
            for aud in foreign:
                await forge.bench.refused(forge.mint(aud=aud), f"aud is {_shape(aud, ours)}")
            for azp in ("foreign", "", ours[:-1], ours + "0", 42, [ours], True):
                await forge.bench.refused(forge.mint(azp=azp), f"azp is {_shape(azp, ours)}")
            await forge.bench.accepted(forge.mint(azp=ours), "azp is ours")

    @pytest.mark.threat(4)
    @check
    async def test_only_the_issuer_is_the_issuer(self) -> None:
        """An `iss` that is missing, foreign or almost right is refused, although the issuer's own key has signed.

        Its address is never called.
        """
        async with forge_for(self) as forge:
            iss = str(forge.issuer.claims(person("ada"))["iss"])
            almost = [f"{iss}/", f"{iss}.attacker.example", iss.upper(), f" {iss}", iss[:-1], f"{iss}#", f"{iss}@x"]
            almost += [f"{iss}/attacker", iss.replace("://", "://attacker."), iss.replace("https:", "http:", 1)]
            almost = [one for one in almost if one != iss]
            for value in (None, "", 0, True, [iss], {"iss": iss}, ATTACKER, f"{ATTACKER}/{iss}", *almost):
                await forge.bench.refused(forge.mint(iss=value), f"iss is {value!r}")
            require(not forge.strangers(), "the address of an iss was called")

    @pytest.mark.threat(10)
    @check
    async def test_a_nonce_is_both_or_neither(self) -> None:
        """The nonce must be in token and request, exactly; the token may hold its SHA-256, in hex or base64url."""
        nonce = "Conformance-Nonce"
        digest = hashlib.sha256(nonce.encode()).digest()
        async with forge_for(self) as forge:
            bound = {**forge.mint(nonce=nonce), "nonce": nonce}
            await forge.bench.accepted(bound, "the same nonce in both")
            for hashed in (digest.hex(), digest.hex().upper(), encoded(digest)):
                minted = {**forge.mint(nonce=hashed), "nonce": nonce}
                await forge.bench.accepted(minted, "the nonce's SHA-256 in the token")
            for other in ("conformance-nonce", nonce[:-1], nonce + "x", digest.hex(), "another"):
                await forge.bench.refused({**bound, "nonce": other}, f"nonce {other!r} for {nonce!r}")
            await forge.bench.refused({"access_token": bound["access_token"]}, "a nonce in the token alone")
            await forge.bench.refused({**forge.mint(nonce=None), "nonce": nonce}, "a nonce in the request alone")
            odd: tuple[Any, ...] = ("", 1, True, [nonce], {})
            for value in odd:
                await forge.bench.refused({**forge.mint(nonce=value), "nonce": nonce}, f"nonce {value!r} in the token")

    @pytest.mark.threat(10)
    @check
    async def test_the_setting_nonce_is_obeyed(self) -> None:
        """`nonce = "required"` refuses an ID token without one, `"if_sent"` one that lacks what the request sends."""
        nonce = "Conformance-Nonce"
        async with forge_for(self, connection={"nonce": "required"}) as forge:
            bound, unbound = {**forge.mint(nonce=nonce), "nonce": nonce}, forge.mint(nonce=None)
            await forge.bench.accepted(bound, "the same nonce in both, where one is required")
            await forge.bench.refused(unbound, "no nonce at all, where one is required")
            await forge.bench.refused({"access_token": bound["access_token"]}, "no nonce in the request")
        async with forge_for(self, connection={"nonce": "if_sent"}) as forge:
            bound, unbound = {**forge.mint(nonce=nonce), "nonce": nonce}, forge.mint(nonce=None)
            await forge.bench.accepted(bound, "the same nonce in both")
            await forge.bench.accepted(unbound, "no nonce at all, where none is required")
            await forge.bench.accepted({"access_token": bound["access_token"]}, "a nonce of the SDK's own")
            await forge.bench.refused({**unbound, "nonce": nonce}, "a nonce that the token lacks")
            await forge.bench.refused({**bound, "nonce": "another"}, "another nonce than the token's")

    @pytest.mark.threat(9)
    @check
    async def test_another_kind_of_jwt_is_no_id_token(self) -> None:
        """Access, refresh and logout tokens and security events, with the issuer's signature, are refused."""
        async with forge_for(self) as forge:
            for typ in ("JWT", "jwt", "application/jwt", None):
                await forge.bench.accepted(forge.mint(header={"typ": typ}), f"typ {typ!r} in the header")
            for typ in ("at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt", "secevent+jwt", "JOSE", ""):
                await forge.bench.refused(forge.mint(header={"typ": typ}), f"typ {typ!r} in the header")
            await forge.bench.accepted(forge.mint(typ="ID"), "Keycloak's typ of an ID token")
            for typ in ("Bearer", "Refresh", "Offline", "Logout"):
                await forge.bench.refused(forge.mint(typ=typ), f"a claim typ of {typ!r}")
            for use, expect in (("id", forge.bench.accepted), ("access", forge.bench.refused)):
                await expect(forge.mint(token_use=use), f"Cognito's use of an {use} token")
            logout = "http://schemas.openid.net/event/backchannel-logout"
            kinds: tuple[Any, ...] = ({logout: {}}, {}, f'{{"{logout}":{{}}}}')
            for events in kinds:
                await forge.bench.refused(forge.mint(events=events), "a claim events")

    @pytest.mark.threat(9)
    @check
    async def test_an_id_token_is_no_access_token(self) -> None:
        """An ID token that hides its form, to be sent to the provider as an access token, is refused."""
        async with forge_for(self) as forge:
            good = forge.mint()
            token = good["access_token"]
            header, payload, signature = token.split(".")
            for hidden in (unsigned(token, alg=None) + signature, f"{payload}.{signature}", f"{header}.{payload}"):
                await forge.bench.refused({**good, "access_token": hidden}, "an ID token in another form")


def _shape(value: Any, ours: str) -> str:
    """Describe a value without printing an id."""
    return repr(value).replace(ours, "<ours>")
