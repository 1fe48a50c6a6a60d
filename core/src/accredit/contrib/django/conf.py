"""The setting `ACCREDIT`: the tables of Accredit's settings as a dictionary, and what only a Django project has.

`users` is the import path of the project's `UserAdapter`, `models` names tables of its own. `parts` are objects that
the exchange takes beside its settings, such as `{"plugins": [ShopPolicy()]}`, or the `transport` to simulated providers
in a test. Variables of the environment come on top, such as `ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET`, unless
`environment` is False. Relative paths begin at `BASE_DIR`.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from accredit.errors import ConfigurationError
from accredit.settings import Settings
from accredit.settings.environment import override
from accredit.settings.paths import relative_to
from accredit.settings.secrets import with_secrets

if TYPE_CHECKING:
    from accredit.keys import SigningKeys
    from accredit.provider.http import Transport

DEFAULT_USERS = "accredit.contrib.django.users.UserAdapter"
_OWN = ("users", "models", "parts", "environment")


class Parts(TypedDict, total=False):
    """What `accredit.Exchange` takes beside settings and storage."""

    plugins: Iterable[object]
    transport: "Transport"
    keys: "SigningKeys"
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    logger: object


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoSettings:
    """What `ACCREDIT` says."""

    accredit: Settings
    users: str
    """The import path of a `UserAdapter`."""
    models: Mapping[str, str] = field(default_factory=dict)
    """The project's own models in the place of ours, by table: `{"identity": "shop.Identity"}`."""
    parts: Parts = field(default_factory=Parts, repr=False)
    """Objects for the exchange."""


def read_settings(environ: Mapping[str, str] | None = None) -> DjangoSettings:
    """Return what `ACCREDIT` says at this moment, under the environment.

    Raises:
        ImproperlyConfigured: it cannot be; the message has a sentence for each mistake, and no value.
    """
    given = under_environment(environ)
    users = given.get("users", DEFAULT_USERS)
    if not isinstance(users, str):
        raise ImproperlyConfigured('ACCREDIT: users must be an import path, such as "shop.accounts.ShopUsers"')
    return DjangoSettings(
        accredit=_settings({name: table for name, table in given.items() if name not in _OWN}),
        users=users,
        models=_models(given.get("models", {})),
        parts=_parts(given.get("parts", {})),
    )


def under_environment(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return `ACCREDIT` with the variables of the environment in it, and no more to come on top.

    Raises:
        ImproperlyConfigured: there is none, or a variable is called like one of ours and names no setting.
    """
    given: object = getattr(django_settings, "ACCREDIT", None)
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(
            'ACCREDIT is missing in the settings: add ACCREDIT = {"issuer": …, "connections": {…}, "clients": {…}}'
        )
    tables = {name: _plain(value) for name, value in given.items() if name not in _OWN}
    if given.get("environment", True):
        try:
            problems = override(tables, with_secrets(os.environ if environ is None else environ))
        except ConfigurationError as exc:
            raise ImproperlyConfigured(f"ACCREDIT: {exc}") from None
        if problems:
            raise ImproperlyConfigured(f"ACCREDIT: {'; '.join(problems)}")
    return {**given, **tables, "environment": False}


def _models(given: object) -> Mapping[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given.values()):
        raise ImproperlyConfigured('ACCREDIT: models must be a dictionary, such as {"identity": "shop.Identity"}')
    return given


def _parts(given: object) -> Parts:
    known = ", ".join(Parts.__annotations__)
    if not isinstance(given, Mapping) or not given.keys() <= Parts.__annotations__.keys():
        raise ImproperlyConfigured(f"ACCREDIT: parts must be a dictionary of objects for the exchange: {known}")
    return cast("Parts", dict(given))


def _settings(tables: dict[str, Any]) -> Settings:
    if "storage" in tables:
        raise ImproperlyConfigured("ACCREDIT: setting storage: Django's database keeps everything; leave it out")
    try:
        return relative_to(_base(), Settings.model_validate(tables))
    except ConfigurationError as exc:
        raise ImproperlyConfigured(f"ACCREDIT: {exc}") from None


def _base() -> Path:
    """Return where relative paths begin: `BASE_DIR` stands in the settings that `startproject` writes."""
    return Path(getattr(django_settings, "BASE_DIR", "")).absolute()


def _plain(value: object) -> Any:
    """Return a copy that the environment may be laid over, with paths, of which Django's settings are full, as text."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value
