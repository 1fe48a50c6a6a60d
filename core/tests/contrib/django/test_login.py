"""A login over HTTP: whose identity it is, and what becomes of users."""

from typing import Any

import pytest
from core.tests.contrib.django.shop import ShopUsers, log_in, open_shop, refresh, userinfo
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accredit import AccessDenied
from accredit.contrib.django import exchange
from accredit.contrib.django.models import Identity, RefreshToken, Session, Subject
from accredit.tokens.read import AccessToken

pytestmark = pytest.mark.usefixtures("shop")


def caller(answer: Any) -> AccessToken:
    assert answer.status_code == 200, answer.content
    return exchange().authenticate(answer.json()["access_token"])


def test_a_first_login_makes_a_user_whose_number_is_the_subject() -> None:
    token = caller(log_in())
    user = User.objects.get()
    assert token.subject == str(user.pk)
    assert (user.first_name, user.email, user.has_usable_password()) == ("Ada", "", False)
    identity = Identity.objects.get()
    assert (identity.namespace, identity.provider_user_id, identity.user) == ("acme", "1000", user)
    session = Session.objects.get()
    assert (session.sid, session.user, session.subject) == (token.session_id, user, str(user.pk))


def test_a_second_login_finds_the_user_and_makes_none() -> None:
    assert caller(log_in()).subject == caller(log_in()).subject
    assert [asked[0] for asked in ShopUsers.asked].count("create") == 1
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("users", "most"),
    [("accredit.contrib.django.users.UserAdapter", 9), ("core.tests.contrib.django.shop.ShopUsers", 10)],
    ids=["who adds no claims", "who may add some"],
)
def test_a_login_of_a_known_user_takes_few_statements(users: str, most: int) -> None:
    with open_shop(users=users):
        log_in()
        with CaptureQueriesContext(connection) as asked:
            assert log_in().status_code == 200
    reads = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    assert len(reads) == most
    assert len(asked) == most + 5  # a lock, two rows, and the two ends of their transaction


def test_somebody_else_is_another_user(shop: Any) -> None:
    shop.provider.people["other"] = {"app": "acme-app", "id": "1001", "email": "ada@example.com"}
    assert caller(log_in()).subject != caller(log_in(access_token="other")).subject


def test_the_adapter_gets_the_request_that_is_being_answered() -> None:
    log_in()
    asked = [(name, request.path) for name, request, *_ in ShopUsers.asked]
    assert asked == [("create", "/login/oauth/access_token"), ("may_log_in", "/login/oauth/access_token")]


def test_a_user_that_cannot_be_stored_leaves_nothing_behind() -> None:
    def create(*_: Any) -> User:
        User.objects.create_user("ada")
        raise RuntimeError

    ShopUsers.creates = create
    answer = log_in()
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert [model.objects.count() for model in (User, Identity, Session, Subject)] == [0, 0, 0, 0]


def unsaved(*_: Any) -> User:
    return User(username="ada")


def nobody(*_: Any) -> None:
    """Forget to return the user."""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"creates": nobody}, "create returned NoneType: return a new User, saved"),
        ({"creates": unsaved}, "create returned a User that is not saved: call its save()"),
        ({"may": nobody}, "may_log_in returned None: return True or False"),
        ({"answers": nobody}, "claims returned NoneType: return a dictionary, which may be empty"),
    ],
)
def test_an_adapter_that_answers_nonsense_is_told_what_to_return(
    wrong: dict[str, Any], sentence: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ShopUsers, "creates", wrong.get("creates"))
    monkeypatch.setattr(ShopUsers, "may", wrong.get("may"))
    if "answers" in wrong:
        monkeypatch.setattr(ShopUsers, "claims", wrong["answers"])
    answer = log_in()
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert f"TypeError: {sentence}" in caplog.text


def test_what_an_adapter_raises_is_logged_with_its_traceback_and_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def create(*_: Any) -> User:
        raise LookupError("no such shop")

    ShopUsers.creates = create
    assert "no such shop" not in log_in().content.decode()
    assert "in create" in caplog.text
    assert "LookupError: no such shop" in caplog.text


def test_a_table_that_is_missing_is_told_with_the_command_that_makes_it(shop: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Identity._meta.db_table} RENAME TO gone")
    assert log_in().status_code == 503
    assert any("; is it up, and has manage.py migrate run?" in str(line) for line in shop.log.lines)


def test_what_an_adapter_refuses_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    def create(*_: Any) -> User:
        raise AccessDenied("customers only")

    ShopUsers.creates = create
    assert log_in().status_code == 401
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("refusal", [AccessDenied("customers only"), PermissionDenied("customers only")])
def test_an_adapter_refuses_by_its_own_sentence(refusal: Exception) -> None:
    def create(*_: Any) -> User:
        raise refusal

    ShopUsers.creates = create
    answer = log_in()
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "unauthorized", "error_description": "customers only"},
    )
    assert User.objects.count() == 0


def test_a_user_who_may_not_log_in_yet_is_kept_for_whoever_decides() -> None:
    ShopUsers.may = lambda _: False
    assert (log_in().status_code, User.objects.count()) == (401, 1)
    ShopUsers.may = lambda _: True
    assert log_in().status_code == 200
    assert User.objects.count() == 1


def test_may_log_in_is_asked_at_each_refresh_too() -> None:
    tokens = log_in().json()
    ShopUsers.asked.clear()
    assert refresh(tokens["refresh_token"]).status_code == 200
    assert [(name, is_refresh) for name, _, _, is_refresh in ShopUsers.asked] == [("may_log_in", True)]


def test_who_may_not_go_on_gets_the_answer_that_clients_know() -> None:
    tokens = log_in().json()
    ShopUsers.may = lambda _: False
    refused = refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (403, "invalid_grant")
    ShopUsers.may = lambda _: True
    assert refresh(tokens["refresh_token"]).status_code == 200


def test_claims_go_into_both_tokens() -> None:
    ShopUsers.says = {"https://shop.example.com/plan": "gold"}
    token = caller(log_in())
    assert token.claims["https://shop.example.com/plan"] == "gold"


def test_strangers_are_refused_where_the_policy_makes_no_users() -> None:
    with open_shop(subjects={"policy": "link-only"}):
        answer = log_in()
    assert (answer.status_code, answer.json()["error_description"]) == (401, "user is not linked")
    assert User.objects.count() == 0


def test_an_identity_that_was_taken_off_makes_no_second_user() -> None:
    log_in()
    exchange().subjects.unlink("acme", "1000")
    answer = log_in()
    assert (answer.status_code, answer.json()["error_description"]) == (401, "user is not linked")
    assert User.objects.count() == 1


def test_a_signed_in_user_adds_a_login_and_logs_in_by_it() -> None:
    main = log_in().json()["access_token"]
    added = log_in(connection="globex", access_token_secret="s", main_access_token=main)
    again = log_in(connection="globex", access_token_secret="s")
    assert caller(added).subject == caller(again).subject == str(User.objects.get().pk)
    assert Identity.objects.get(namespace="globex").user == User.objects.get()


def test_a_login_that_is_somebody_elses_cannot_be_added() -> None:
    log_in(connection="globex", access_token_secret="s")
    main = log_in().json()["access_token"]
    answer = log_in(connection="globex", access_token_secret="s", main_access_token=main)
    assert answer.json()["error_description"] == "this identity belongs to another user"


def _deactivate() -> None:
    User.objects.update(is_active=False)


def _delete() -> None:
    User.objects.all().delete()


def _delete_without_djangos_help() -> None:
    for model in (RefreshToken, Session, Identity, User):
        model.objects.all()._raw_delete(using="default")


@pytest.mark.parametrize("end", [_deactivate, _delete, _delete_without_djangos_help])
@pytest.mark.threat(29, 40)
def test_a_user_who_is_deactivated_or_deleted_is_out_at_once_everywhere(end: Any) -> None:
    tokens = log_in().json()
    assert userinfo(tokens["access_token"]).status_code == 200
    end()
    assert userinfo(tokens["access_token"]).status_code == 401
    assert (refreshed := refresh(tokens["refresh_token"])).status_code == 403
    assert refreshed.json() == {
        "error": "invalid_grant",
        "error_description": "Unknown or invalid refresh token.",
    }


def test_who_was_deactivated_cannot_log_in_and_is_in_again_when_activated() -> None:
    log_in()
    User.objects.update(is_active=False)
    assert log_in().json()["error_description"] == "user is blocked"
    User.objects.update(is_active=True)
    assert log_in().status_code == 200


def test_the_sessions_of_before_a_refused_login_of_a_deactivated_user_stay_ended() -> None:
    tokens = log_in().json()
    User.objects.update(is_active=False)
    log_in()
    User.objects.update(is_active=True)
    assert refresh(tokens["refresh_token"]).status_code == 403


def test_a_blocked_subject_is_refused_though_its_user_is_active() -> None:
    token = caller(log_in())
    exchange().subjects.block(token.subject)
    assert log_in().json()["error_description"] == "user is blocked"
