"""E-mail addresses: who says that they are verified, and how."""

from collections.abc import Mapping, Set
from typing import Any

import pytest

from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.attacks.text import HOSTILE, require_harmless
from accredit.testing.conformance.bench.bench import Answer, Bench, bench_for
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.samples import accepted_samples, is_jwt, one_of_each_kind, samples_of
from accredit.testing.conformance.bench.spy import Rewrite, leaves
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.simulator.simulator import Sample, Simulator

_NOT_TRUE = (False, "true", "True", "TRUE", " true", "false", "yes", "1", 1, 0, None, [True], {"value": True}, ...)
"""What a provider may say in the place of the boolean true; `...` is nothing at all."""


_IN_ID_TOKENS = ("name", "given_name", "family_name", "picture", "profile", "email", "locale")


class Addresses(Suite):
    """What `email_verified` may be made of."""

    @pytest.mark.threat(23)
    @check
    async def test_an_address_is_verified_by_a_boolean_true_alone(self) -> None:
        """Where the provider does not say exactly true, `email_verified` is false or absent.

        The text "true" may count where the provider's own answers have texts in that place, and no other text does.
        """
        simulator, samples = samples_of(self)
        for sample in one_of_each_kind(samples):
            said_as_text = await self._flags_are_texts(simulator, samples, sample)
            for value in _NOT_TRUE:
                if value == "true" and said_as_text:
                    continue
                if is_jwt(sample) and simulator.id_tokens is not None:
                    await self._minted(simulator, value)
                    continue
                hits: list[str] = []
                async with bench_for(self, simulator=simulator, rewrite=_unverified(value, hits)) as bench:
                    answer = await bench.post(sample.parameters)
                    if answer.accepted and hits:
                        claims = payload_of(answer.body["id_token"])
                        said = f"{', '.join(sorted(set(hits)))} = {value!r}"
                        require(claims.get("email_verified") is not True, f"{sample.name}: verified by {said}")

    @pytest.mark.threat(23)
    @check
    async def test_email_verified_says_what_the_assurance_says(self) -> None:
        """`email_verified` is a boolean beside an address, true from `provider_asserted` up or by `trust_email`."""
        simulator, samples = samples_of(self)
        for trusted in (False, True):
            async with bench_for(self, simulator=simulator, connection={"trust_email": trusted}) as bench:
                for sample in accepted_samples(samples):
                    claims = payload_of((await bench.accepted(sample.parameters, sample.name)).body["id_token"])
                    email = bench.identity.profile.email
                    require(("email" in claims) == (email is not None), f"{sample.name}: e-mail invented or lost")
                    require(("email_verified" in claims) == (email is not None), f"{sample.name}: email_verified alone")
                    if email is not None:
                        require(claims["email_verified"] is email.verified, f"{sample.name}: email_verified is untrue")
                        may_stay = not trusted or bench.event.audience_proof == "Unbound"
                        require(email.verified or may_stay, f"{sample.name}: trust_email is ignored")

    @pytest.mark.threat(50)
    @check
    async def test_our_own_endpoints_accept_what_is_issued(self) -> None:
        """However hostile a provider's texts, the login goes on, its claims are harmless, and `/userinfo` answers."""
        simulator, samples = samples_of(self)
        for sample in one_of_each_kind(samples):
            async with bench_for(self, simulator=simulator) as bench:
                answer = await bench.accepted(sample.parameters, sample.name)
                texts = {said for said in payload_of(answer.body["id_token"]).values() if isinstance(said, str)}
                about_the_login = {bench.identity.user_id, *_ids(answer)}
            for hostile in HOSTILE:
                what = f"{sample.name}, profile of {hostile[:20]!r}"
                if is_jwt(sample) and simulator.id_tokens is not None:
                    async with forge_for(self, simulator=simulator) as forge:
                        changes: dict[str, Any] = dict.fromkeys(_IN_ID_TOKENS, _fit_for_a_token(hostile))
                        await self._accepted_and_told(forge.bench, forge.mint(**changes), what)
                    continue
                rewrite = _replaced(texts - about_the_login, hostile)
                async with bench_for(self, simulator=simulator, rewrite=rewrite) as bench:
                    await self._accepted_and_told(bench, sample.parameters, what)

    async def _accepted_and_told(self, bench: Bench, parameters: Mapping[str, Any], what: str) -> None:
        answer = await bench.accepted(parameters, what)
        require_harmless(payload_of(answer.body["id_token"]), what)
        headers = {"Authorization": f"Bearer {answer.body['access_token']}"}
        response = await bench.client.get("/userinfo", headers=headers)
        require(response.status_code == 200, f"{what}: /userinfo refuses our own access token")
        require_harmless(response.json(), what)

    async def _flags_are_texts(self, simulator: Simulator, samples: list[Sample], like: Sample) -> bool:
        """Say whether the provider, asked honestly, has "true" or "false" where an address is called verified."""
        found: list[Any] = []

        def note(key: str, value: Any) -> Any:
            if _speaks_of_verified_mail(key):
                found.append(value)
            return value

        for sample in (one for one in accepted_samples(samples) if is_jwt(one) == is_jwt(like)):
            if is_jwt(sample):
                leaves(note)(payload_of(sample.credential))
                continue
            async with bench_for(self, simulator=simulator, rewrite=leaves(note)) as bench:
                await bench.post(sample.parameters)
        return any(value in ("true", "false") for value in found if isinstance(value, str))

    async def _minted(self, simulator: Simulator, value: Any) -> None:
        async with forge_for(self, simulator=simulator) as forge:
            for address in ("ada@example.com", "ada@gmail.com"):
                answer = await forge.bench.post(
                    forge.mint(email=address, email_verified=None if value is ... else value)
                )
                if answer.accepted:
                    verified = payload_of(answer.body["id_token"]).get("email_verified")
                    require(verified is not True, f"an ID token's address is verified by {value!r}")


def _fit_for_a_token(hostile: str) -> str:
    """Return as much as a signed token of an acceptable length can hold, seven times over."""
    return hostile.encode("utf-8", "replace")[:1_500].decode("utf-8", "ignore")


def _replaced(texts: Set[str], hostile: str) -> Rewrite:
    """Return a rewrite of what became a claim, wherever the provider says it."""
    return leaves(lambda _, value: hostile if isinstance(value, str) and value in texts else value)


def _ids(answer: Answer) -> set[str]:
    """Return the texts of an ID token that say nothing of the person."""
    claims = payload_of(answer.body["id_token"])
    return {str(claims.get(name)) for name in ("iss", "sub", "aud", "nonce", "at_hash")}


def _unverified(value: Any, hits: list[str]) -> Rewrite:
    """Return a rewrite of every boolean, also as a text, of which the name speaks of a verified address."""

    def change(key: str, old: Any) -> Any:
        if not _speaks_of_verified_mail(key) or not (isinstance(old, bool) or old in ("true", "false")):
            return old
        hits.append(key)
        return value

    return leaves(change)


def _speaks_of_verified_mail(key: str) -> bool:
    name = key.lower()
    return "mail" in name and any(word in name for word in ("verif", "valid", "confirm"))
