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
    """Read the settings and make an exchange, which opens nothing."""
    try:
        read_settings()
        exchange()
    except ImproperlyConfigured as exc:
        return [Error(str(exc), id="accredit.E001")]
    except ConfigurationError as exc:
        return [Error(f"ACCREDIT: {exc}", id="accredit.E002")]
    return _urls()


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
