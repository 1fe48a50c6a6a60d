"""`ACCREDIT` itself: can an exchange be made of it, and are its endpoints where it says?"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name
from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.urls import NoReverseMatch, reverse

from accredit.contrib.django.conf import read_settings
from accredit.contrib.django.host import exchange
from accredit.errors import ConfigurationError
from accredit.oauth.wire.mount import MountCheck


@register("accredit")
def check_settings(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    """Read the settings and make an exchange, which opens nothing.

    What keeps the exchange from being made is no error yet: where tests run and images are built, secrets are missing.
    """
    try:
        read_settings()
    except ImproperlyConfigured as exc:
        return [Error(str(exc), id="accredit.E001")]
    problem = problem_of_exchange()
    if problem is not None:
        hint = "; ".join([*problem.advice, "until then nobody can log in"])
        return [Warning(problem.text, hint=hint, id="accredit.W007")]
    return [*_urls(), *_database()]


@register("accredit", deploy=True)
def check_exchange(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    """Make an exchange: in production nothing may be missing."""
    try:
        read_settings()
    except ImproperlyConfigured:  # which the other check tells
        return []
    problem = problem_of_exchange()
    if problem is None:
        return []
    return [Error(problem.text, hint="; ".join(problem.advice) or None, id="accredit.E002")]


class Problem(NamedTuple):
    """What keeps an exchange from being made, and what to do."""

    text: str
    advice: Sequence[str] = ()


def problem_of_exchange() -> Problem | None:
    """Say what keeps the exchange from being made; None where nothing does."""
    try:
        exchange()
    except ImproperlyConfigured as exc:
        return Problem(str(exc))
    except ConfigurationError as exc:
        return Problem(f"ACCREDIT: {exc}", getattr(exc, "__notes__", ()))
    return None


def _urls() -> Iterable[CheckMessage]:
    """Compare the issuer with the place where the project includes the endpoints."""
    path = "/oauth/token"
    try:
        mount = reverse("accredit:token").removesuffix(path)
    except NoReverseMatch:
        what = "the endpoints of Accredit are not in the URLs of the project"
        hint = 'add path("login/", include("accredit.contrib.django.urls")) to the urlpatterns of ROOT_URLCONF'
        yield Warning(what, hint=hint, id="accredit.W006")
        return
    told: list[str] = []
    MountCheck(issuer=exchange().settings.issuer, report=lambda _, advice: told.append(advice))(mount)
    for advice in told:
        what = f'ACCREDIT: the issuer does not end with "{mount}/", where the project has included the endpoints'
        yield Error(what, hint=advice.removeprefix("so what it publishes does not exist: "), id="accredit.E006")


def _database() -> Iterable[CheckMessage]:
    """A user and the row that says whose an account is are stored by one transaction, so in one database."""
    ours, theirs = exchange().tables.using, router.db_for_write(get_user_model())
    if ours != theirs:
        what = f"identities are written to the database '{ours}', and users to '{theirs}': a login needs both in one"
        hint = f"let DATABASE_ROUTERS send the app 'accredit' to '{theirs}', too"
        yield Warning(what, hint=hint, id="accredit.W008")
