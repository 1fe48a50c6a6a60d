"""Which key does what, before and after each change."""

import pytest
from core.tests.keys.support import HOUR, NOW, states

from accredit.errors import ConfigurationError
from accredit.keys.jose import PublicKeys
from accredit.keys.stored import PUBLISHED_AHEAD_S, Stored, complete, find, in_signing_order, revoke, rotate

OLD_ENOUGH = NOW + PUBLISHED_AHEAD_S
TTL = 24 * HOUR


@pytest.fixture
def fresh() -> Stored:
    return complete((), "ES256", now=NOW)


def kid(keys: Stored, state: str, alg: str = "ES256") -> str:
    (found,) = [one.key.kid for one in keys if (one.state, one.key.alg) == (state, alg)]
    return found


def test_at_first_one_key_signs_and_the_next_is_published(fresh: Stored) -> None:
    assert sorted(states(fresh).values()) == ["current", "next"]
    assert [one.made_at for one in fresh] == [NOW, NOW]
    assert in_signing_order(fresh, "ES256")[-1].kid == kid(fresh, "current")


def test_what_is_complete_stays_the_same_object(fresh: Stored) -> None:
    assert complete(fresh, "ES256", now=NOW + 1) is fresh


def test_a_rotation_moves_every_key_one_step_and_announces_a_new_one(fresh: Stored) -> None:
    after = rotate(fresh, "ES256", now=OLD_ENOUGH)

    assert kid(after, "previous") == kid(fresh, "current")
    assert kid(after, "current") == kid(fresh, "next")
    assert kid(after, "next") not in states(fresh)
    retired = {one.state: one.retired_at for one in after}
    assert retired == {"current": None, "next": None, "previous": OLD_ENOUGH}
    announced = find(after, "ES256", "next")
    assert announced is not None
    assert announced.made_at == OLD_ENOUGH


def test_tokens_of_every_key_verify_before_and_after_a_rotation(fresh: Stored) -> None:
    after = rotate(fresh, "ES256", now=OLD_ENOUGH)

    for signs, verifies in ((fresh, after), (after, fresh)):
        token = in_signing_order(signs, "ES256")[-1].sign({"a": 1}, typ="JWT")
        published = PublicKeys({"keys": [key.public_jwk() for key in in_signing_order(verifies, "ES256")]})
        assert published.verify(token, algorithms=["ES256"]) == {"a": 1}


def test_a_rotation_waits_until_verifiers_know_the_next_key(fresh: Stored) -> None:
    rotate(fresh, "ES256", now=OLD_ENOUGH)
    with pytest.raises(ConfigurationError, match=r"; wait 1 s, or pass --now$"):
        rotate(fresh, "ES256", now=OLD_ENOUGH - 1)
    after = rotate(fresh, "ES256", now=OLD_ENOUGH - 1, at_once=True)
    assert kid(after, "current") == kid(fresh, "next")


def test_every_previous_key_stays_until_it_is_revoked(fresh: Stored) -> None:
    keys, first = fresh, kid(fresh, "current")
    for _ in range(3):
        keys = rotate(keys, "ES256", now=OLD_ENOUGH, at_once=True)
    assert sorted(states(keys).values()) == ["current", "next", "previous", "previous", "previous"]

    after = revoke(keys, first, "ES256", now=OLD_ENOUGH + TTL, longest_ttl_s=TTL)
    assert states(after) == {name: state for name, state in states(keys).items() if name != first}


def test_a_rotation_leaves_the_keys_of_other_algorithms_alone(fresh: Stored) -> None:
    both = complete(fresh, "EdDSA", now=NOW)
    after = rotate(both, "EdDSA", now=OLD_ENOUGH)

    assert [one for one in after if one.key.alg == "ES256"] == list(fresh)
    assert kid(after, "current", "EdDSA") == kid(both, "next", "EdDSA")


def test_the_key_that_signs_cannot_be_revoked(fresh: Stored) -> None:
    signs = kid(fresh, "current")
    with pytest.raises(ConfigurationError, match=f"^key {signs} is the one that signs; run `accredit keys rotate` fir"):
        revoke(fresh, signs, "ES256", now=NOW, longest_ttl_s=TTL, at_once=True)


def test_a_key_that_signed_for_another_algorithm_can_be_revoked(fresh: Stored) -> None:
    both = complete(fresh, "EdDSA", now=NOW)
    after = revoke(both, kid(fresh, "current"), "EdDSA", now=NOW, longest_ttl_s=TTL)
    assert kid(fresh, "current") not in states(after)
    assert find(after, "EdDSA", "current") is not None


def test_a_next_key_that_is_revoked_makes_room_for_another(fresh: Stored) -> None:
    after = revoke(fresh, kid(fresh, "next"), "ES256", now=NOW + 1, longest_ttl_s=TTL)
    assert kid(after, "current") == kid(fresh, "current")
    assert kid(after, "next") != kid(fresh, "next")


def test_a_key_is_not_revoked_while_its_tokens_may_live(fresh: Stored) -> None:
    keys = rotate(fresh, "ES256", now=OLD_ENOUGH)
    previous = kid(keys, "previous")

    with pytest.raises(ConfigurationError, match=f"^tokens signed with key {previous} may live for another 1 s; wait"):
        revoke(keys, previous, "ES256", now=OLD_ENOUGH + TTL - 1, longest_ttl_s=TTL)
    for now, at_once in ((OLD_ENOUGH + TTL, False), (OLD_ENOUGH, True)):
        after = revoke(keys, previous, "ES256", now=now, longest_ttl_s=TTL, at_once=at_once)
        assert previous not in states(after)


def test_a_key_that_is_not_there_is_named(fresh: Stored) -> None:
    with pytest.raises(ConfigurationError, match=r"^there is no key nowhere; `accredit keys list` names them$"):
        revoke(fresh, "nowhere", "ES256", now=NOW, longest_ttl_s=TTL)
