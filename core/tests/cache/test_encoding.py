"""What a provider has said comes back as it was, or is not kept."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from core.tests.cache.nodes import sharing
from core.tests.clock import Clock
from core.tests.valkey import Elsewhere, Valkey
from hypothesis import given
from hypothesis import strategies as st

from accredit import AppBound, JwtAudience, RevocableToken, SignedByUs, Unbound, Verification
from accredit.audience import AudienceProof
from accredit.cache.redis.encoding import NoJson, WrittenOtherwise, decode, encode
from accredit.cache.redis.seals import NotOurs, Seals
from accredit.cache.redis.state import SharedState
from accredit.settings import CacheSettings

PROOFS: list[AudienceProof] = [
    AppBound("an-app"),
    JwtAudience(("one", "other")),
    JwtAudience(("one",), "one"),
    SignedByUs("a-key"),
    Unbound("nobody says"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3),
    max_leaves=8,
)


def is_finite(value: Any) -> bool:
    """Tell whether strict JSON can say it: infinity, which Python writes, is none of it."""
    return "Infinity" not in json.dumps(value)


NAMES = st.text("abZ09_.-", min_size=1, max_size=5).map("n{}".format)


@pytest.mark.threat(1)
@pytest.mark.threat(31)
@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: type(proof).__name__)
@given(
    claims=st.dictionaries(st.text(), JSON, max_size=4),
    expires_at=st.none() | st.integers(min_value=1, max_value=10**20),
    scopes=st.frozensets(st.text(max_size=5), max_size=3),
    alternate_ids=st.dictionaries(NAMES, st.text("aZ09-_|", min_size=1, max_size=5), max_size=3),
    facts=st.dictionaries(NAMES, JSON.filter(is_finite), max_size=3),
)
def test_all_of_it_comes_back_as_it_was(
    proof: Any,
    claims: dict[str, Any],
    expires_at: int | None,
    scopes: frozenset[str],
    alternate_ids: dict[str, str],
    facts: dict[str, Any],
) -> None:
    one = Verification(
        user_id="1000",
        audience=proof,
        claims=claims,
        expires_at=expires_at,
        scopes=scopes,
        alternate_ids=alternate_ids,
        facts=facts,
    )
    assert decode(encode(one, ends_at=1.5)) == (one, 1.5)


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    "changes",
    [
        {"audience": ["of a later version", "acme-app"]},
        {"audience": ["app"]},
        {"audience": "app"},
        {"scopes": None},
        {"alternate_ids": {"unionid": ""}},
        {"alternate_ids": ["unionid"]},
        {"facts": {"email": "ada@example.com"}},
        {"facts": [1]},
        {"ends_at": "soon"},
        {"ends_at": None},
    ],
    ids=str,
)
def test_what_another_version_writes_is_never_taken_for_something_else(changes: dict[str, Any]) -> None:
    value = json.loads(encode(Verification(user_id="1000", audience=PROOFS[0], claims={}), ends_at=1.5))
    with pytest.raises(WrittenOtherwise):
        decode(json.dumps({**value, **changes}).encode())


@pytest.mark.parametrize("written", [b"", b"[]", b"{}", b"1", b"\xff", b"[" * 100_000], ids=lambda one: repr(one[:9]))
def test_what_is_no_verification_is_none(written: bytes) -> None:
    with pytest.raises(WrittenOtherwise):
        decode(written)


def test_every_part_of_it_is_written_down_but_a_token() -> None:
    token = RevocableToken.of("refreshing-secret", kind="refresh_token")
    one = Verification(user_id="1000", audience=PROOFS[0], claims={}, provider_token=token)
    assert b"refreshing" not in encode(one, ends_at=0)
    assert set(json.loads(encode(one, ends_at=0))) == {*Verification.__dataclass_fields__, "ends_at"} - {
        "provider_token"
    }


@pytest.mark.parametrize(
    "value", [("a",), {1: "a"}, {"a"}, object(), float("nan"), 10**5000], ids=lambda one: str(type(one))
)
def test_what_would_come_back_as_something_else_is_not_kept(value: Any) -> None:
    with pytest.raises(NoJson):
        encode(Verification(user_id="1000", audience=PROOFS[0], claims={"a": value}), ends_at=0)


@pytest.mark.threat(31)
@given(value=st.binary(max_size=40), change=st.integers(min_value=0), other=st.binary(max_size=5))
def test_a_seal_opens_for_its_name_and_nothing_else(value: bytes, change: int, other: bytes) -> None:
    seals = Seals([b"k" * 32, b"o" * 32])
    sealed = seals.seal(b"a name", value)
    assert seals.unseal(b"a name", sealed) == value
    changed = bytearray(sealed)
    changed[change % len(sealed)] ^= 1
    for what, wrong, number in (
        (b"a name", bytes(changed), 0),
        (b"a name", sealed[:-1], 0),
        (b"a name", other, 0),
        (b"a name", sealed, 1),
        (b"a name" + other + b"!", sealed, 0),
    ):
        with pytest.raises(NotOurs):
            seals.unseal(what, wrong, number)


def test_names_and_values_of_one_thing_never_repeat() -> None:
    seals = Seals([b"k" * 32])
    assert seals.name(b"a") == seals.names(b"a")[0] != seals.name(b"b")
    assert len({seals.seal(b"a", b"b") for _ in range(100)}) == 100


@pytest.fixture
async def shared(valkey: Valkey | Elsewhere) -> AsyncIterator[SharedState]:
    settings, clock = CacheSettings.model_validate(sharing(valkey.url)["cache"]), Clock()
    assert settings.place is not None
    state = SharedState(settings, settings.place, clock=clock, monotonic=clock, report=lambda *_: None)
    await state.open()
    yield state
    await state.close()


@pytest.mark.slow
async def test_it_is_a_cache_like_any_other(shared: SharedState) -> None:
    cache, one = shared.verifications, Verification(user_id="1000", audience=PROOFS[0], claims={"a": "b"})
    assert await cache.get(b"a") is None
    await cache.put(b"a", one, ttl_s=10, size_bytes=10)
    assert await cache.get(b"a") == one
    await cache.put(b"b", one, ttl_s=0, size_bytes=10)
    assert await cache.get(b"b") is None
    await cache.forget(b"a")
    assert await cache.get(b"a") is None


@pytest.mark.slow
async def test_without_it_there_is_the_memory_of_the_process(shared: SharedState) -> None:
    cache, one = shared.verifications, Verification(user_id="1000", audience=PROOFS[0], claims={"a": "b"})
    await shared.close()
    await cache.put(b"a", one, ttl_s=10, size_bytes=10)
    assert await cache.get(b"a") == one


@pytest.mark.parametrize("part", ["alternate_ids", "facts"])
def test_what_an_earlier_version_has_written_without_a_part_is_asked_for_anew(part: str) -> None:
    value = json.loads(encode(Verification(user_id="1000", audience=PROOFS[0], claims={}), ends_at=1.5))
    del value[part]
    with pytest.raises(WrittenOtherwise):
        decode(json.dumps(value).encode())
