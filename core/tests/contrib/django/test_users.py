"""The adapter that a project has without writing one, on user models of several kinds."""

from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.contrib.django.shop import log_in, open_shop
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from accredit import AccessDenied, Assurance, Email, Identity, Profile
from accredit.contrib.django import UserAdapter, exchange
from accredit.contrib.django.accounts import user_of

OURS = "accredit.contrib.django.UserAdapter"


def identity(**profile: Any) -> Identity:
    return Identity(
        connection="acme",
        strategy="acme",
        namespace="acme",
        user_id="4711-ada",
        profile=Profile(**profile),
        audience=None,
    )


@pytest.mark.usefixtures("db")
class TestDjangosOwnModel:
    def test_it_gets_a_name_that_says_nothing_of_the_provider(self) -> None:
        first, second = (UserAdapter().create(None, identity()) for _ in range(2))
        assert first.get_username() != second.get_username()
        assert first.get_username().startswith("acme-")
        assert "4711-ada" not in first.get_username()
        assert not first.has_usable_password()

    def test_it_gets_an_address_that_the_provider_has_checked(self) -> None:
        user = UserAdapter().create(None, identity(email=Email("ada@example.com", Assurance.PROVIDER_ASSERTED)))
        assert User.objects.get(pk=user.pk).email == "ada@example.com"

    @pytest.mark.threat(23)
    def test_it_gets_no_address_that_nobody_has_checked(self) -> None:
        user = UserAdapter().create(None, identity(email=Email("ada@example.com", Assurance.UNVERIFIED)))
        assert User.objects.get(pk=user.pk).email == ""

    @pytest.mark.threat(25)
    def test_a_user_of_the_same_address_is_another_user(self) -> None:
        before = User.objects.create_user("ada", "ada@example.com")
        user = UserAdapter().create(None, identity(email=Email("ada@example.com", Assurance.AUTHORITATIVE)))
        assert user != before

    def test_a_name_that_is_too_long_is_cut(self) -> None:
        user = UserAdapter().create(None, identity(given_name="A" * 500, family_name="雪"))
        stored = User.objects.get(pk=user.pk)
        assert (stored.first_name, stored.last_name) == ("A" * 150, "雪")


class EmailUser(AbstractBaseUser):
    """A model without first and last name, whose name is the address."""

    email: "models.EmailField[str, str]" = models.EmailField(unique=True)
    USERNAME_FIELD = "email"

    class Meta:
        app_label = "contrib_django_tests"


@pytest.fixture
def email_users(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("accredit.contrib.django.users.get_user_model", lambda: EmailUser)
    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(EmailUser)
    yield
    with connection.schema_editor(atomic=False) as editor:
        editor.delete_model(EmailUser)


@pytest.mark.usefixtures("databases", "email_users")
class TestModelsWhoseNameIsTheAddress:
    def test_the_address_is_the_name_where_the_provider_has_checked_it(self) -> None:
        checked = identity(email=Email("ada@example.com", Assurance.PROVIDER_ASSERTED), given_name="Ada")
        assert UserAdapter().create(None, checked).get_username() == "ada@example.com"

    @pytest.mark.threat(23)
    @pytest.mark.parametrize("email", [None, Email("ada@example.com", Assurance.UNVERIFIED)])
    def test_who_has_no_checked_address_is_told_so(self, email: Email | None) -> None:
        with pytest.raises(AccessDenied, match="please share an e-mail address that your provider has checked"):
            UserAdapter().create(None, identity(email=email))

    @pytest.mark.threat(24, 25)
    def test_an_address_that_is_anothers_logs_nobody_in_as_that_one(self) -> None:
        EmailUser.objects.create(email="ADA@example.com")
        with pytest.raises(AccessDenied, match="this e-mail address belongs to another user"):
            UserAdapter().create(None, identity(email=Email("ada@example.com", Assurance.AUTHORITATIVE)))
        assert EmailUser.objects.count() == 1


@pytest.mark.usefixtures("db")
class TestTheSetting:
    def test_without_users_of_the_projects_own_a_login_makes_one_of_djangos(self) -> None:
        with open_shop(users=OURS):
            assert log_in().status_code == 200
        assert User.objects.get().first_name == "Ada"

    @pytest.mark.parametrize(
        ("users", "told"),
        [
            ("shop.accounts.ShopUsers", "ACCREDIT: users: No module named 'shop'"),
            (
                "collections.Counter",
                "ACCREDIT: users: collections.Counter is no UserAdapter: inherit from that",
            ),
        ],
    )
    def test_users_that_cannot_be_found_are_told(self, users: str, told: str) -> None:
        with open_shop(users=users), pytest.raises(ImproperlyConfigured) as caught:
            exchange()
        assert str(caught.value) == told

    @pytest.mark.parametrize(
        ("models", "told"),
        [
            ({"identity": 1}, 'models must be a dictionary, such as {"identity": "shop.Identity"}'),
            ({"person": "auth.User"}, "models.person: there are identity, subject, session, refresh_token, used_once"),
            ({"identity": "shop.Identity"}, "models.identity: there is no model 'shop.Identity'"),
            ({"identity": "auth.User"}, "models.identity: auth.User is not made of AbstractIdentity"),
        ],
    )
    def test_models_that_cannot_be_are_told(self, models: Any, told: str) -> None:
        with open_shop(models=models), pytest.raises(ImproperlyConfigured) as caught:
            exchange()
        assert str(caught.value) == f"ACCREDIT: {told}"


@pytest.mark.usefixtures("db")
def test_only_a_users_own_number_is_its_subject() -> None:
    user = User.objects.create_user("ada")
    assert user_of(str(user.pk)) == user
    assert [user_of(one) for one in (f"0{user.pk}", f" {user.pk}", "facebook|1", "", "9" * 30)] == [None] * 5
