"""The clock is told in words, as people say them."""

from __future__ import annotations

import pytest

from accredit.playground.pages.clock import clock
from accredit.playground.pages.spans import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (31, "31 seconds"),
        (60, "1 minute"),
        (3631, "1 hour and 31 seconds"),
        (86_431, "1 day and 31 seconds"),
        (2 * 86_400 + 2 * 3600 + 61.9, "2 days, 2 hours, 1 minute and 1 second"),
    ],
)
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("ahead_s", "said"),
    [(0, "that of this machine<"), (86_431, "1 day and 31 seconds ahead of this machine")],
    ids=["now", "ahead"],
)
def test_the_page_says_where_the_clock_is_and_that_it_only_goes_forward(ahead_s: float, said: str) -> None:
    made = str(clock(ahead_s, back="7"))

    assert said in made
    assert "only goes forward" in made
    assert "start it anew" in made
