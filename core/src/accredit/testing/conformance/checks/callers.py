"""Every field of a request is bent: whoever asks is the user of the token, and nobody else."""

from collections.abc import Iterator

import pytest

from accredit.testing.conformance.attacks.nearby import another_id
from accredit.testing.conformance.bench.samples import accepted_samples, samples_of
from accredit.testing.conformance.bench.ways import Stage, Way, stage_for, ways_of
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.simulator import Sample

_OURS = ("nonce", "user_id", "access_token_secret", "device", "state", "scope", "audience", "main_access_token")
_OTHERS = (
    *("id", "sub", "uid", "user", "userid", "user_name", "username", "screen_name", "login", "login_hint", "email"),
    *("openid", "unionid", "open_id", "account", "account_id", "profile", "subject", "id_token", "code", "claims"),
)
"""Names under which clients of providers send who somebody is."""
_JOINTS = (":", "|", "#", "@", "/", ";", ",", "~", "&user_id=", "?user_id=", ".")


class Callers(Suite):
    """What a caller says beside the token, and what it must not do."""

    @pytest.mark.threat(48)
    @check
    async def test_nothing_in_the_request_names_the_user(self) -> None:
        """Somebody else's id, in any parameter or behind the token, makes no login theirs."""
        ways = await ways_of(self)
        for way in ways:
            other = _another_user(ways, way)
            async with stage_for(self, simulator=way.simulator) as stage:
                for name in (*_OURS, *_OTHERS):
                    if name == way.sample.field:
                        continue
                    await _same_or_nobody(stage, way, {name: other}, f"{name} is {other}")
                everything = {name: other for name in _OTHERS if name != way.sample.field}
                await _same_or_nobody(stage, way, everything, f"every unknown parameter is {other}")
                for name, value in _joined(way.sample, other):
                    await _same_or_nobody(stage, way, {name: value}, f"{name} ends in another user's id")

    @pytest.mark.threat(10)
    @check
    async def test_a_nonce_is_never_ignored(self) -> None:
        """A token that comes with a nonce is refused with any other one, and without."""
        simulator, samples = samples_of(self)
        bound = [one for one in accepted_samples(samples) if "nonce" in one.parameters]
        if not bound:
            not_applicable("no sample has a nonce")
        for sample in bound:
            nonce = sample.parameters["nonce"]
            async with stage_for(self, simulator=simulator) as stage:
                way = await stage.walk(sample)
                require(way.outcome.accepted, f"{sample.name} is refused")
                others = {f"{nonce}x", nonce[:-1], nonce[1:], nonce.swapcase(), "another", nonce[::-1]}
                for other in sorted(others - {nonce, ""}):
                    outcome = await stage.login(sample, nonce=other)
                    require(not outcome.accepted, f"{sample.name} is accepted with the nonce {other!r} for {nonce!r}")
                without = {name: value for name, value in sample.parameters.items() if name != "nonce"}
                answer = await stage.bench.post(without)
                require(not answer.accepted, f"{sample.name} is accepted without its nonce")

    @pytest.mark.threat(48)
    @check
    async def test_scope_device_and_state_change_nobody(self) -> None:
        """Whatever scope, device or state a client names, the user, the proof and the profile stay what they are."""
        for way in await ways_of(self):
            async with stage_for(self, simulator=way.simulator) as stage:
                for more in ({"scope": "openid"}, {"scope": "admin"}, {"device": "x" * 100}, {"state": "admin=true"}):
                    outcome = await stage.login(way.sample, **more)
                    require(outcome.accepted, f"{way.sample.name} is refused with {more}: {outcome.reason}")
                    require(outcome == way.outcome, f"{way.sample.name}: {more} changes who somebody is")


def _another_user(ways: list[Way], way: Way) -> str:
    """Return the id of somebody else, of the provider's own form."""
    others = [one.outcome.user_id for one in ways if one.outcome.user_id != way.outcome.user_id]
    return others[0] if others else str(another_id(way.outcome.user_id))


async def _same_or_nobody(stage: Stage, way: Way, more: dict[str, str], what: str) -> None:
    outcome = await stage.login(way.sample, **more)
    same = not outcome.accepted or outcome.user_id == way.outcome.user_id
    require(same, f"{way.sample.name} logs in {outcome.user_id} where {what}")


def _joined(sample: Sample, other: str) -> Iterator[tuple[str, str]]:
    """Yield the token, and its secret, with another user's id behind or in front of it."""
    for name in ("access_token", "access_token_secret", "code"):
        if (value := sample.parameters.get(name)) is not None:
            for joint in _JOINTS:
                yield name, f"{value}{joint}{other}"
                yield name, f"{other}{joint}{value}"
