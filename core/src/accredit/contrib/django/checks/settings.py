"""`ACCREDIT` itself: can an exchange be made of it, and are its endpoints where it says?"""

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name
from django.core.exceptions import ImproperlyConfigured
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
        return [Warning(problem, hint="until then nobody can log in", id="accredit.W007")]
    return _urls()


@register("accredit", deploy=True)
def check_exchange(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    """Make an exchange: in production nothing may be missing."""
    try:
        read_settings()
    except ImproperlyConfigured:  # which the other check tells
        return []
    problem = problem_of_exchange()
    return [] if problem is None else [Error(problem, id="accredit.E002")]


def problem_of_exchange() -> str | None:
    """Say what keeps the exchange from being made; None where nothing does."""
    try:
        exchange()
    except ImproperlyConfigured as exc:
        return str(exc)
    except ConfigurationError as exc:
        return f"ACCREDIT: {exc}"
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
