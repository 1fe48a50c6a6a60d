"""E-mail addresses: who says that they are verified, and how."""

from typing import Any

import pytest

from accredit.testing.conformance.desk import desk_for
from accredit.testing.conformance.forge import forge_for
from accredit.testing.conformance.jwts import payload_of
from accredit.testing.conformance.samples import accepted_samples, is_jwt, one_of_each_kind, samples_of
from accredit.testing.conformance.spy import Rewrite, leaves
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.simulator import Simulator

_NOT_TRUE = (False, "true", "false", "1", 1, 0, None, [True], {"value": True}, ...)
"""What a provider may say in the place of the boolean true; `...` is nothing at all."""


class Addresses(Suite):
    """What `email_verified` may be made of."""

    @pytest.mark.threat(23)
    @check
    async def test_an_address_is_verified_by_a_boolean_true_alone(self) -> None:
        """Where the provider does not say exactly true, `email_verified` is false or absent."""
        simulator, samples = samples_of(self)
        for sample in one_of_each_kind(samples):
            for value in _NOT_TRUE:
                if is_jwt(sample) and simulator.id_tokens is not None:
                    await self._minted(simulator, value)
                    continue
                hits: list[str] = []
                async with desk_for(self, simulator=simulator, rewrite=_unverified(value, hits)) as desk:
                    answer = await desk.post(sample.parameters)
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
            async with desk_for(self, simulator=simulator, connection={"trust_email": trusted}) as desk:
                for sample in accepted_samples(samples):
                    claims = payload_of((await desk.accepted(sample.parameters, sample.name)).body["id_token"])
                    email = desk.identity.profile.email
                    require(("email" in claims) == (email is not None), f"{sample.name}: e-mail invented or lost")
                    require(("email_verified" in claims) == (email is not None), f"{sample.name}: email_verified alone")
                    if email is not None:
                        require(claims["email_verified"] is email.verified, f"{sample.name}: email_verified is untrue")
                        require(email.verified or not trusted, f"{sample.name}: trust_email is ignored")

    async def _minted(self, simulator: Simulator, value: Any) -> None:
        async with forge_for(self, simulator=simulator) as forge:
            for address in ("ada@example.com", "ada@gmail.com"):
                answer = await forge.desk.post(
                    forge.mint(email=address, email_verified=None if value is ... else value)
                )
                if answer.accepted:
                    verified = payload_of(answer.body["id_token"]).get("email_verified")
                    require(verified is not True, f"an ID token's address is verified by {value!r}")


def _unverified(value: Any, hits: list[str]) -> Rewrite:
    """Return a rewrite of every boolean, also as a text, of which the name speaks of a verified address."""

    def change(key: str, old: Any) -> Any:
        name = key.lower()
        says = any(word in name for word in ("verif", "valid", "confirm")) and "mail" in name
        if not says or not (isinstance(old, bool) or old in ("true", "false")):
            return old
        hits.append(key)
        return value

    return leaves(change)
