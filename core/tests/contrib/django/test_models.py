"""The tables: what migrations make, and columns that compare letter for letter."""

from types import SimpleNamespace
from typing import cast

import pytest
from core.tests.contrib.django.own.models import Person, Ticket, Visit
from core.tests.contrib.django.shop import log_in, open_shop, refresh
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accredit.contrib.django.fields import ExactField
from accredit.contrib.django.models import Identity, RefreshToken, Session, Subject, UsedOnce
from accredit.contrib.django.storage import Tables


def identity(provider_user_id: str, **values: object) -> Identity:
    return Identity.objects.create(
        namespace="facebook", provider_user_id=provider_user_id, subject="1", linked_at=1, **values
    )


@pytest.mark.usefixtures("db")
def test_the_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", "accredit", check=True, dry_run=True, verbosity=0)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("other", ["AB", "ab", "Ab ", " Ab", "Ab\u0301", "0Ab"])
def test_ids_that_look_alike_are_two(other: str) -> None:
    identity("Ab")
    identity(other)
    assert Identity.objects.get(provider_user_id=other).provider_user_id == other


@pytest.mark.usefixtures("db")
def test_an_identity_is_there_once() -> None:
    identity("Ab")
    with pytest.raises(IntegrityError), transaction.atomic():
        identity("Ab")


@pytest.mark.usefixtures("db")
def test_what_belongs_to_a_user_goes_with_the_user() -> None:
    ada = User.objects.create_user("ada")
    identity("1", user=ada)
    session = Session.objects.create(
        sid="a", user=ada, subject="1", auth_time=1, expires_at=2, kept_until=3, renewable=True
    )
    RefreshToken.objects.create(session=session, token_hash="h", issued_at=1)
    User.objects.filter(pk=ada.pk).delete()
    assert [model.objects.count() for model in (Identity, Session, RefreshToken)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("vendor", "is_mariadb", "collation"),
    [
        ("mysql", False, "utf8mb4_0900_bin"),
        ("mysql", True, "utf8mb4_nopad_bin"),
        ("postgresql", False, None),
        ("sqlite", False, None),
    ],
)
def test_a_column_has_the_collation_that_folds_and_pads_nothing(
    vendor: str, is_mariadb: bool, collation: str | None
) -> None:
    connection = SimpleNamespace(
        vendor=vendor,
        mysql_is_mariadb=is_mariadb,
        data_types={"CharField": "varchar(%(max_length)s)"},
        data_type_check_constraints={},
        ops=SimpleNamespace(quote_name=str),
    )
    field = ExactField(max_length=5)
    assert field.db_parameters(cast("BaseDatabaseWrapper", connection))["collation"] == collation


OWN = {"identity": "own.Person", "session": "own.Visit", "refresh_token": "own.Ticket"}


@pytest.mark.usefixtures("db")
def test_models_of_the_projects_own_take_the_place_of_ours() -> None:
    with open_shop(models=OWN):
        tokens = log_in().json()
        assert refresh(tokens["refresh_token"]).status_code == 200
    assert Person.objects.get().note == "new"
    assert [model.objects.count() for model in (Visit, Ticket, Identity, Session, RefreshToken)] == [1, 2, 0, 0, 0]
    assert Visit.objects.get().user == Person.objects.get().user == User.objects.get()


def test_refresh_tokens_of_other_sessions_are_refused() -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"models\.refresh_token: its foreign key `session` leads to another"
    ):
        Tables.named({"session": "own.Visit"})


@pytest.mark.usefixtures("db")
def test_rows_say_what_they_are_and_no_hash() -> None:
    with open_shop():
        log_in()
    identity, session, token = Identity.objects.get(), Session.objects.get(), RefreshToken.objects.get()
    assert [str(one) for one in (identity, session, token)] == ["acme|1000", session.sid, f"refresh token {token.pk}"]
    assert [str(one) for one in (Subject(subject="1"), UsedOnce(identifier="a"))] == ["1", "a"]
