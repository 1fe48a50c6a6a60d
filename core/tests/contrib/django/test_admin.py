"""The tables in Django's admin."""

from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.contrib.django.shop import open_shop
from core.tests.contrib.django.visitors import make_user, token_of
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.urls import path, reverse

from accredit.contrib.django.admin import log_out_everywhere
from accredit.contrib.django.host import exchange
from accredit.contrib.django.models import Identity, RefreshToken, Session, Subject
from accredit.errors import InvalidToken

pytestmark = pytest.mark.usefixtures("db")

EVERYTHING = "openid email read:orders offline_access"


class ShopUserAdmin(UserAdmin):  # type: ignore[type-arg]  # the project's user model is its parameter
    actions = (log_out_everywhere,)


site = admin.AdminSite()
site.register(get_user_model(), ShopUserAdmin)
for _model in (Identity, Session, Subject):
    site.register(_model, type(admin.site._registry[_model]))

urlpatterns = [path("admin/", site.urls)]


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with open_shop(), override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada() -> AbstractBaseUser:
    return make_user("ada")


@pytest.fixture
def staff() -> Client:
    browser = Client()
    browser.force_login(make_user("grace", is_staff=True, is_superuser=True))
    return browser


def staff_who_may(*names: str) -> Client:
    user: Any = make_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    browser = Client()
    browser.force_login(user)
    return browser


def act(browser: Client, model: str, action: str, *pks: Any) -> Any:
    where = reverse(f"admin:{model}_changelist")
    return browser.post(where, {"action": action, "_selected_action": [str(pk) for pk in pks]}, follow=True)


def is_live(token: str) -> bool:
    try:
        exchange().authenticate(token)
    except InvalidToken:
        return False
    return True


def test_no_page_shows_a_hash_or_the_claims_of_a_profile(ada: AbstractBaseUser, staff: Client) -> None:
    token_of(ada, EVERYTHING)
    session = Session.objects.get()
    token = RefreshToken.objects.get()
    pages = [
        staff.get(reverse("admin:accredit_session_changelist")),
        staff.get(reverse("admin:accredit_session_change", args=[session.pk])),
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert session.claims != "{}"
    for page in pages:
        text = page.content.decode()
        assert session.subject in text
        assert token.token_hash not in text
        assert "ada@example.com" not in text


def test_every_list_opens_and_can_be_searched(ada: AbstractBaseUser, staff: Client) -> None:
    token_of(ada, EVERYTHING)
    exchange().subjects.link("acme", "1000", str(ada.pk))
    exchange().subjects.block("somebody")
    for model in ("session", "identity", "subject"):
        answer = staff.get(reverse(f"admin:accredit_{model}_changelist"), {"q": str(ada.pk)})
        assert answer.status_code == 200
    for row in (Session.objects.get(), Identity.objects.get(), Subject.objects.get(subject="somebody")):
        where = reverse(f"admin:accredit_{row._meta.model_name}_change", args=[row.pk])
        assert staff.get(where).status_code == 200


@pytest.mark.parametrize("model", ["session", "identity", "subject"])
def test_nothing_can_be_added_changed_or_deleted_by_hand(ada: AbstractBaseUser, staff: Client, model: str) -> None:
    token_of(ada, EVERYTHING)
    exchange().subjects.link("acme", "1000", str(ada.pk))
    exchange().subjects.block("somebody")
    row: Any = {"session": Session, "identity": Identity, "subject": Subject}[model].objects.first()
    where = f"admin:accredit_{model}"
    assert staff.get(reverse(f"{where}_add")).status_code == 403
    assert staff.post(reverse(f"{where}_change", args=[row.pk]), {"subject": "x"}).status_code == 403
    assert staff.post(reverse(f"{where}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    page = staff.get(reverse(f"{where}_change", args=[row.pk])).content.decode()
    assert 'name="_save"' not in page
    assert "deletelink" not in page
    act(staff, f"accredit_{model}", "delete_selected", row.pk)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_session_is_ended(ada: AbstractBaseUser, staff: Client) -> None:
    first, second = token_of(ada), token_of(ada)
    row = Session.objects.order_by("pk").first()
    assert row is not None
    answer = act(staff, "accredit_session", "end_sessions", row.pk)
    assert "1 session ended." in answer.content.decode()
    assert sorted(map(is_live, (first, second))) == [False, True]


@pytest.mark.parametrize("model", ["session", "identity", "subject", "user"])
def test_a_user_is_logged_out_everywhere(ada: AbstractBaseUser, staff: Client, model: str) -> None:
    tokens = [token_of(ada), token_of(ada)]
    others = token_of(make_user("sappho"))
    exchange().subjects.link("acme", "2000", str(ada.pk))
    Subject.objects.get_or_create(subject=str(ada.pk), defaults={"created_at": 0})
    if model == "user":
        answer = act(staff, "auth_user", "log_out_everywhere", ada.pk)
    else:
        rows: Any = {"session": Session, "identity": Identity, "subject": Subject}[model]
        answer = act(staff, f"accredit_{model}", "log_out", rows.objects.filter(subject=str(ada.pk)).first().pk)
    assert "1 user logged out everywhere" in answer.content.decode()
    assert [is_live(token) for token in (*tokens, others)] == [False, False, True]


def test_an_identity_is_unlinked_and_its_sessions_end(ada: AbstractBaseUser, staff: Client) -> None:
    exchange().subjects.link("acme", "1000", str(ada.pk))
    answer = act(staff, "accredit_identity", "unlink", Identity.objects.get().pk)
    assert "1 identity unlinked." in answer.content.decode()
    assert Identity.objects.get().unlinked
    assert exchange().subjects.subject_of("acme", "1000") is None


def test_a_subject_is_blocked_and_let_in_again(ada: AbstractBaseUser, staff: Client) -> None:
    subject, known = str(ada.pk), exchange().subjects
    known.block(subject)
    known.unblock(subject)
    token = token_of(ada)
    act(staff, "accredit_subject", "block", Subject.objects.get(subject=subject).pk)
    assert known.is_blocked(subject)
    assert not is_live(token)
    act(staff, "accredit_subject", "unblock", Subject.objects.get(subject=subject).pk)
    assert not known.is_blocked(subject)


def test_who_may_only_look_is_offered_no_action(ada: AbstractBaseUser) -> None:
    token = token_of(ada)
    clerk = staff_who_may("view_session")
    page = clerk.get(reverse("admin:accredit_session_changelist"))
    assert page.status_code == 200
    assert b"end_sessions" not in page.content
    act(clerk, "accredit_session", "end_sessions", Session.objects.get().pk)
    assert is_live(token)
    assert clerk.get(reverse("admin:accredit_identity_changelist")).status_code == 403
    index = clerk.get(reverse("admin:index")).content.decode()
    assert "Sessions" in index
    assert "Identities" not in index


def test_who_may_delete_a_user_needs_no_permission_of_ours(ada: AbstractBaseUser) -> None:
    token_of(ada, EVERYTHING)
    Session.objects.update(user=ada)
    clerk = staff_who_may("view_user", "delete_user")
    where = reverse("admin:auth_user_delete", args=[ada.pk])
    assert clerk.post(where, {"post": "yes"}).status_code == 302
    assert not get_user_model().objects.filter(pk=ada.pk).exists()


@pytest.mark.parametrize(
    ("model", "asked", "status"),
    [
        ("session", "claims__startswith=%7B", 400),
        ("session", "claims=x", 400),
        ("session", "refresh_tokens__token_hash__startswith=a", 400),
        ("session", "user__password__startswith=a", 400),
        ("identity", "user__password__startswith=a", 400),
        ("session", "connection__exact=acme", 200),
        ("session", "q=somebody", 200),
    ],
)
def test_what_is_not_shown_cannot_be_guessed_by_filters_either(
    ada: AbstractBaseUser, model: str, asked: str, status: int
) -> None:
    token_of(ada, EVERYTHING)
    browser = staff_who_may("view_session", "view_identity")
    browser.raise_request_exception = False
    assert browser.get(f"{reverse(f'admin:accredit_{model}_changelist')}?{asked}").status_code == status
