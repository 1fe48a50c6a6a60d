"""The rules of all storages, each from both sides. That storages keep them is proven by the conformance kit."""

import pytest
from core.tests.storage.sessions import login, session, token

from accredit.errors import InvalidMainToken, NotLinked, SubjectBlocked
from accredit.models import MainToken
from accredit.storage import Rotation, StoredRefreshToken, StoredSession, StoredSubject
from accredit.storage.ports.replay import KEPT_S
from accredit.storage.ports.sessions import MOST_REPLACED, MOST_SESSIONS, MOST_SUCCESSORS, PUSHED_OUT
from accredit.storage.rules import (
    CLOCK_SKEW_S,
    COMMIT_S,
    RefreshTokenState,
    first_version,
    forgotten,
    has_ended,
    is_crowded,
    is_first_use,
    is_outdated,
    is_taken,
    kept_since,
    outdated_by_unlinking,
    overtaken_link,
    overtaken_login,
    pushed_out,
    rotation_of,
    state_of,
    worth_keeping,
)

NOW = 1_000
LIVE, SPENT = RefreshTokenState.LIVE, RefreshTokenState.SPENT


def stored(*, replaced_at: int | None = None, successors: int = 0, ended: bool = False) -> StoredRefreshToken:
    begun, first = login("a", expires_at=9_000)
    return StoredRefreshToken(first, StoredSession(begun, ended), replaced_at, successors)


def state(one: StoredRefreshToken, *, now: int = NOW, leeway_s: int = 30, ends_at: int | None = None) -> str:
    return state_of(one, now=now, leeway_s=leeway_s, ends_at=ends_at).value


@pytest.mark.threat(30, 56)
@pytest.mark.parametrize(
    ("later", "leeway_s", "told"),
    [
        (0, 30, "live"),
        (29, 30, "live"),
        (30, 30, "spent"),
        (-CLOCK_SKEW_S, 30, "live"),
        (-CLOCK_SKEW_S - 1, 30, "overtaken"),
        (0, 0, "spent"),
        (-CLOCK_SKEW_S, 0, "spent"),
        (-CLOCK_SKEW_S - 1, 0, "overtaken"),
    ],
)
def test_a_replaced_token_is_live_within_its_leeway_only(later: int, leeway_s: int, told: str) -> None:
    assert state(stored(replaced_at=NOW, successors=1), now=NOW + later, leeway_s=leeway_s) == told


def test_nobody_is_blamed_for_asking_before_a_token_was_replaced_and_coming_after_it() -> None:
    late = NOW - CLOCK_SKEW_S - 1
    assert state(stored(replaced_at=NOW, successors=MOST_SUCCESSORS), now=late) == "overtaken"


def test_a_token_that_was_never_replaced_needs_no_leeway() -> None:
    assert state(stored(), leeway_s=0) == "live"


@pytest.mark.threat(42)
def test_a_token_with_five_successors_is_spent() -> None:
    assert state(stored(replaced_at=NOW, successors=MOST_SUCCESSORS - 1)) == "live"
    assert state(stored(replaced_at=NOW, successors=MOST_SUCCESSORS)) == "spent"


def test_a_token_ends_with_its_session_or_earlier() -> None:
    assert [state(stored(), now=now) for now in (8_999, 9_000)] == ["live", "expired"]
    assert [state(stored(), now=now, ends_at=5_000) for now in (4_999, 5_000)] == ["live", "expired"]


def test_nobody_is_blamed_for_a_token_that_is_good_for_nothing_anyway() -> None:
    def spent(*, ended: bool = False) -> StoredRefreshToken:
        return stored(replaced_at=0, successors=MOST_SUCCESSORS, ended=ended)

    assert state(spent()) == "spent"
    assert state(spent(ended=True)) == "ended"
    assert state(spent(), now=9_000) == "expired"
    assert state(stored(replaced_at=0, successors=PUSHED_OUT)) == "pushed out"


def test_a_rotation_replaces_what_is_live_and_ends_the_session_of_what_is_spent() -> None:
    outcomes = {one: rotation_of(one) for one in RefreshTokenState}
    assert (outcomes.pop(LIVE), outcomes.pop(SPENT)) == (Rotation.ROTATED, Rotation.REUSED)
    assert set(outcomes.values()) == {Rotation.REFUSED}


@pytest.mark.threat(42)
@pytest.mark.parametrize(
    ("own", "live", "gone"),
    [
        (MOST_SUCCESSORS, MOST_SUCCESSORS, 0),
        (MOST_SUCCESSORS + 1, MOST_SUCCESSORS + 1, 1),
        (3, MOST_SESSIONS, 0),
        (3, MOST_SESSIONS + 1, 2),
        (MOST_SUCCESSORS + 1, MOST_SESSIONS + 1, 1),
        (1, MOST_SESSIONS + 1, 0),
    ],
)
def test_a_session_that_forks_pays_with_its_own_oldest_tokens(own: int, live: int, gone: int) -> None:
    assert pushed_out(range(own), live=live) == range(gone)


def test_the_oldest_replaced_tokens_are_forgotten() -> None:
    assert list(forgotten(range(MOST_REPLACED))) == []
    assert list(forgotten(range(MOST_REPLACED + 2))) == [0, 1]


def test_what_has_ended_goes_first_and_then_what_was_used_longest_ago() -> None:
    assert [is_crowded(count) for count in (MOST_SESSIONS, MOST_SESSIONS + 1)] == [False, True]
    order = [
        worth_keeping(ended=True, auth_time=9, live=[9]),
        worth_keeping(ended=False, auth_time=1, live=[]),
        worth_keeping(ended=False, auth_time=1, live=[2, 5]),
        worth_keeping(ended=False, auth_time=6, live=[]),
    ]
    assert order == sorted(order)


@pytest.mark.threat(39)
def test_a_login_is_overtaken_by_a_block_or_an_ending_of_all_or_an_unlinking() -> None:
    begun = session(subject_version=1, identity_version=2)
    same = StoredSubject("acme|1", version=1), StoredSubject("acme|1", identity_version=2)
    assert overtaken_login(begun, *same) is None
    assert overtaken_login(begun, None, None) is None
    for subject in (StoredSubject("acme|1", version=2), StoredSubject("acme|1", version=1, blocked=True)):
        assert isinstance(overtaken_login(begun, subject, same[1]), SubjectBlocked)
    assert isinstance(overtaken_login(begun, same[0], StoredSubject("acme|1", identity_version=3)), NotLinked)


def test_a_session_has_ended_by_itself_or_by_what_ends_all_of_before() -> None:
    assert not has_ended(StoredSession(session()), None, None)
    assert has_ended(StoredSession(session(), ended=True), None, None)
    assert has_ended(StoredSession(session()), StoredSubject("acme|1", blocked=True), None)


@pytest.mark.parametrize(
    ("issued_at", "older"), [(NOW - 1, True), (NOW, True), (NOW + 1, False)], ids=["before", "same second", "after"]
)
async def test_a_token_is_older_than_an_unlinking_up_to_its_second(issued_at: int, older: bool) -> None:
    assert is_outdated(issued_at, StoredSubject("ada", outdated_at=NOW), has_session=True) is older
    assert is_outdated(issued_at, StoredSubject("ada"), has_session=False) is False
    assert is_outdated(issued_at, None, has_session=False) is False


@pytest.mark.threat(39)
@pytest.mark.parametrize(("later", "outdated"), [(0, True), (COMMIT_S, True), (COMMIT_S + 1, False)])
async def test_without_a_session_a_token_is_outdated_until_everybody_has_seen_the_change(
    later: int, outdated: bool
) -> None:
    assert is_outdated(NOW + later, StoredSubject("ada", outdated_at=NOW), has_session=False) is outdated


def main(*, session_id: str | None = "a", issued_at: int = NOW, subject_version: int = 0) -> MainToken:
    return MainToken("ada", session_id, issued_at, subject_version)


@pytest.mark.threat(38)
def test_a_link_is_overtaken_by_a_block_of_either_side_or_the_end_of_the_session() -> None:
    live = StoredSession(session("a"))
    ada = StoredSubject("ada")

    def overtaken(asked: MainToken, **about: object) -> object:
        found: dict[str, object] = {"subject": ada, "by_itself": None, "session": live, **about}
        return overtaken_link(asked, **found)  # type: ignore[arg-type]  # each is of its parameter's type

    assert overtaken(main()) is None
    assert overtaken(main(session_id=None), session=None, subject=None) is None
    assert isinstance(overtaken(main(), by_itself=StoredSubject("acme|1", blocked=True)), SubjectBlocked)
    assert isinstance(overtaken(main(), subject=StoredSubject("ada", blocked=True)), SubjectBlocked)
    assert isinstance(overtaken(main(subject_version=1)), SubjectBlocked)
    assert isinstance(overtaken(main(), session=None), InvalidMainToken)
    assert isinstance(overtaken(main(), session=StoredSession(live.session, ended=True)), InvalidMainToken)
    assert isinstance(overtaken(main(), subject=StoredSubject("ada", outdated_at=NOW)), InvalidMainToken)


def test_an_identity_that_was_taken_off_somebody_is_nobodys() -> None:
    assert is_taken(StoredSubject("ada"))
    assert not is_taken(StoredSubject("ada", unlinked=True))
    assert not is_taken(None)


def test_linking_to_anybody_but_the_default_subject_ends_sessions() -> None:
    assert (first_version("acme", "1", "acme|1"), first_version("acme", "1", "ada")) == (0, 1)


def test_an_unlinking_outdates_the_tokens_of_both_subjects() -> None:
    assert outdated_by_unlinking("acme", "1", None) == {"acme|1"}
    assert outdated_by_unlinking("acme", "1", StoredSubject("ada")) == {"acme|1", "ada"}


@pytest.mark.threat(56)
@pytest.mark.parametrize(
    ("known_until", "expires_at", "forgotten_until", "is_first"),
    [
        (None, 2_000, 0, True),
        (NOW + 1, 2_000, 0, False),
        (NOW, 2_000, 0, True),
        (None, 2_000, 1_999, True),
        (None, 2_000, 2_000, False),
    ],
)
def test_an_identifier_is_new_unless_it_is_kept_or_may_have_been_forgotten(
    known_until: int | None, expires_at: int, forgotten_until: int, is_first: bool
) -> None:
    given = {"known_until": known_until, "expires_at": expires_at, "forgotten_until": forgotten_until}
    assert is_first_use(**given, now=NOW) is is_first  # type: ignore[arg-type]  # each is of its parameter's type
    assert kept_since(NOW) == NOW - KEPT_S


def test_a_pushed_out_token_says_so() -> None:
    assert stored(replaced_at=0, successors=PUSHED_OUT).is_pushed_out
    assert not StoredRefreshToken(token(), StoredSession(session())).is_pushed_out
