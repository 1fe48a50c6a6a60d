"""What only matters in production: `manage.py check --deploy`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor

from accredit.audit.logs import vanishes
from accredit.contrib.django.conf import DjangoSettings, read_settings
from accredit.contrib.django.models import Session


@register("accredit", deploy=True)
def check_deployment(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    """Look at issuer, keys, database, logs and proxy."""
    try:
        settings = read_settings()
    except ImproperlyConfigured:  # which another check tells
        return []
    return [*_issuer(settings), *_keys(settings), *_database(), *_logs(settings), *_proxy()]


@register(Tags.database, deploy=True)
def check_migrations(app_configs: Any, databases: Iterable[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
    """Look for migrations of ours that have not run: `manage.py check --deploy --database default`."""
    alias = router.db_for_write(Session)
    if alias not in (databases or ()):
        return []
    executor = MigrationExecutor(connections[alias])
    ours = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "accredit"]
    if not executor.migration_plan(ours):
        return []
    what = f"the tables of Accredit in the database '{alias}' are not up to date"
    return [Error(what, hint="run manage.py migrate accredit", id="accredit.E005")]


def _issuer(settings: DjangoSettings) -> Iterator[CheckMessage]:
    if not settings.accredit.issuer.startswith("https:"):
        yield Warning(
            "ACCREDIT: the issuer is not https",
            hint='set "issuer" to the public URL of the endpoints, with its path',
            id="accredit.W002",
        )


def _keys(settings: DjangoSettings) -> Iterator[CheckMessage]:
    if "keys" in settings.parts:
        return
    path = Path(settings.accredit.keys.path).resolve()
    for name, folder in _published():
        if path.is_relative_to(folder):
            yield Error(
                f"ACCREDIT: keys.path is below {name}: whoever asks for the file gets the private keys",
                hint='set keys = {"path": …} to a file outside, which only the user of the server can read',
                id="accredit.E004",
            )
    base = getattr(django_settings, "BASE_DIR", None)
    if base is not None and path.is_relative_to(Path(base).resolve()):
        yield Warning(
            "ACCREDIT: the signing keys are kept in the project's folder",
            hint="a deployment that replaces the folder makes new keys, and every token is worthless; set keys = "
            '{"path": …} to a file that stays, which all processes can read',
            id="accredit.W003",
        )


def _published() -> Iterator[tuple[str, Path]]:
    """Yield the folders that a web server gives away, with their settings."""
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if folder := getattr(django_settings, name, None):
            yield name, Path(folder).resolve()
    for entry in django_settings.STATICFILES_DIRS:
        yield "STATICFILES_DIRS", Path(entry[1] if isinstance(entry, list | tuple) else entry).resolve()


def _database() -> Iterator[CheckMessage]:
    alias = router.db_for_write(Session)
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return
    options = connection.settings_dict.get("OPTIONS", {})
    if options.get("transaction_mode", "DEFERRED").upper() != "IMMEDIATE":
        yield Warning(
            f"the database '{alias}' is SQLite, whose transactions begin without a lock: a login that writes while "
            'another does may fail with "database is locked"',
            hint='set OPTIONS = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}',
            id="accredit.W004",
        )


def _logs(settings: DjangoSettings) -> Iterator[CheckMessage]:
    if "logger" not in settings.parts and vanishes():
        yield Warning(
            'events of Accredit go nowhere: the logger "accredit" has no handler, or its level is above INFO',
            hint='give it one in LOGGING: "loggers": {"accredit": {"handlers": ["console"], "level": "INFO"}}',
            id="accredit.W005",
        )


def _proxy() -> Iterator[CheckMessage]:
    proxy = django_settings.ACCREDIT.get("proxy")
    if isinstance(proxy, str) and urlsplit(proxy).username is not None:
        yield Warning(
            "ACCREDIT: proxy holds a password, which Django's error reports show: they hide settings by their names",
            hint="take it out, and set the environment variable ACCREDIT_PROXY",
            id="accredit.W008",
        )
