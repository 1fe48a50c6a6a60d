"""How another process opens a database: Django once more, with that one as its default."""

import json
from collections.abc import Callable

import django
from core.tests.contrib.django import settings as ours
from django.conf import settings


def storage(url: str, /, *, clock: Callable[[], float]) -> object:
    """Return the storage in the database that `url`, JSON, describes."""
    values = {name: getattr(ours, name) for name in dir(ours) if name.isupper()}
    settings.configure(**{**values, "DATABASES": {"default": json.loads(url)}})
    django.setup()
    from core.tests.contrib.django.databases import StorageIn  # needs the models

    return StorageIn("default", clock=clock)  # type: ignore[arg-type]  # the kit's clock may be any
