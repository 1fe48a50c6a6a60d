import pytest

from accredit.sandbox.clock import Clock


def test_both_clocks_are_put_forward_together_and_never_back() -> None:
    clock = Clock()
    before = clock.time(), clock.monotonic()
    clock.let_pass(3600)

    assert clock.ahead_s == 3600
    assert 3600 <= clock.time() - before[0] < 3700
    assert 3600 <= clock.monotonic() - before[1] < 3700
    with pytest.raises(ValueError, match="back"):
        clock.let_pass(-1)
    assert clock.ahead_s == 3600
