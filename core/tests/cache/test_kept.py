"""The table below every cache: whatever is put into it, its size is known."""

import gc
import json
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from accredit import AppBound, Verification
from accredit.cache.kept import ENTRY_BYTES, OBJECT_BYTES, Kept

MAX_BYTES = 20 * ENTRY_BYTES


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_million_tokens_take_no_more_than_the_bound() -> None:
    kept: Kept[int] = Kept(max_bytes=1000 * ENTRY_BYTES, clock=Clock())
    for thousand in range(1000):
        for number in range(thousand * 1000, thousand * 1000 + 1000):
            kept.put(number.to_bytes(4), number, ttl_s=30, size_bytes=0)
        assert len(kept) == 1000
    assert kept.get((999_000).to_bytes(4)) == 999_000
    assert kept.get((998_999).to_bytes(4)) is None


def test_what_it_counts_is_no_less_than_what_profiles_take() -> None:
    max_bytes = 2_000_000
    kept: Kept[Verification] = Kept(max_bytes=max_bytes, clock=Clock())
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(2000):
            verification, size = _profile(number)
            kept.put(number.to_bytes(32), verification, ttl_s=30, size_bytes=size)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) < 1000
    assert max_bytes / 4 < taken < max_bytes, taken


def _profile(number: int) -> tuple[Verification, int]:
    body = json.dumps({"id": str(number), **{f"field_{one}": f"{one} of {number}" for one in range(20)}})
    return Verification(user_id=str(number + 1), audience=AppBound(f"app-{number}"), claims=json.loads(body)), len(body)


_PUTS = st.tuples(
    st.just("put"), st.integers(0, 8), st.sampled_from([0.0, 1.0, 5.0]), st.sampled_from([0, 300, 600, 2000])
)
_OTHERS = st.tuples(st.sampled_from(["forget", "wait", "get"]), st.integers(0, 8))


@given(st.lists(_PUTS | _OTHERS, max_size=60))
def test_it_answers_as_a_table_without_bounds_or_not_at_all(steps: list[tuple[object, ...]]) -> None:
    clock = Clock()
    kept: Kept[int] = Kept(max_bytes=MAX_BYTES, clock=clock)
    model: dict[int, tuple[int, float, int]] = {}
    for place, (word, number, *more) in enumerate(steps):
        assert isinstance(number, int)
        key = number.to_bytes(1)
        if word == "put":
            ttl_s, size = float(str(more[0])), int(str(more[1]))
            kept.put(key, place, ttl_s=ttl_s, size_bytes=size)
            model[number] = (place, clock.now + ttl_s, ENTRY_BYTES + OBJECT_BYTES * size)
        elif word == "forget":
            kept.forget(key)
            model.pop(number, None)
        elif word == "wait":
            clock.now += number / 4
        else:
            value, until, _ = model.get(number, (None, 0.0, 0))
            assert kept.get(key) in {value if clock.now < until else None, None}
        found = {one for one in model if one.to_bytes(1) in kept._entries}
        assert kept._bytes == sum(model[one][2] for one in found) <= MAX_BYTES
        assert len(kept) == len(found)
