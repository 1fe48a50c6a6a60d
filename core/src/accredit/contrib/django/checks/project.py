"""What stands around `ACCREDIT` in a project, and would keep it from working."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name

_OURS = "accredit.contrib.django.drf.AccessTokenAuthentication"


@register("accredit")
def check_project(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    """Look at the apps and the settings of others."""
    return [*_apps(), *_rest_framework()]


def _apps() -> Iterator[CheckMessage]:
    for needed in ("django.contrib.auth", "django.contrib.contenttypes"):
        if not apps.is_installed(needed):
            what = f"accredit.contrib.django needs {needed} in INSTALLED_APPS, for the users"
            yield Error(what, hint=f'add "{needed}"', id="accredit.E003")


def _rest_framework() -> Iterator[CheckMessage]:
    classes = getattr(django_settings, "REST_FRAMEWORK", {}).get("DEFAULT_AUTHENTICATION_CLASSES", ())
    if _OURS in classes[1:]:
        yield Warning(
            "AccessTokenAuthentication is not the first of DEFAULT_AUTHENTICATION_CLASSES",
            hint="let it be the first: REST framework asks the first one what WWW-Authenticate says, and answers 403 "
            "instead of 401 where that is silent",
            id="accredit.W001",
        )
