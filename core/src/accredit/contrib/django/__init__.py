"""Accredit in a Django project: `INSTALLED_APPS`, one `include`, `migrate`; who the users are is yours to say.

::

    INSTALLED_APPS = [..., "accredit.contrib.django"]
    ACCREDIT = {"issuer": "https://shop.example.com/login/", "connections": {...}, "clients": {...}}

`apps` has the app, whose label is `accredit`, and `conf` its settings. `models` has the tables, `migrations` make them,
and `fields` has columns that compare exactly.
"""

from accredit.contrib import require_extra

require_extra("django", "django")
