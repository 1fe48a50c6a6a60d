"""Accredit in a Django project: `INSTALLED_APPS`, one `include`, `migrate`; who the users are is yours to say.

::

    INSTALLED_APPS = [..., "accredit.contrib.django"]
    ACCREDIT = {"issuer": "https://shop.example.com/login/", "connections": {...}, "clients": {...}}

    urlpatterns = [path("login/", include("accredit.contrib.django.urls"))]

`conf` reads the settings, `apps` has the app, and `host` its exchange. `users` says who the users are: `hooks` ask it,
`first_login` makes users, `accounts` finds them, and `requests` knows for which request. `models` has the tables, which
`migrations` make of `fields` that compare exactly; `storage` keeps them, and `rows` reads one of them. `urls` and
`root_urls` lead to `views`. `signals` are sent of what was `heard`; `backends` is for sessions of Django's.

A project's views ask for tokens by `require`, `drf` or `ninja`, which look for their `callers`. `admin` shows the
tables, `checks` look at the settings, `management` has the command, of which `import_logins` is a part. `testing` is
for the project's own tests.
"""

from typing import TYPE_CHECKING

from accredit._on_demand import on_demand
from accredit.contrib import require_extra

require_extra("django", "django")

# Django imports this before any model may be.
if TYPE_CHECKING:
    from accredit.contrib.django.host import exchange
    from accredit.contrib.django.users import UserAdapter
else:
    __getattr__, __dir__ = on_demand(__name__, {"host": ("exchange",), "users": ("UserAdapter",)})

__all__ = ["UserAdapter", "exchange"]
