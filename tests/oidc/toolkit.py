"""Django OAuth Toolkit in a process of its own: `python -m tests.oidc.toolkit FOLDER CLIENTS`, clients as JSON.

The first line that it prints is its issuer. Ada logs in at the page of Django's admin.
"""

import json
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from joserfc.jwk import RSAKey

PASSWORD = "of-this-test-alone"


class Quiet(WSGIRequestHandler):
    """Leaves standard error to what goes wrong."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        return


def configure(folder: Path) -> None:
    """Set Django up with a database in `folder`."""
    rooms = ("template", "contrib.auth", "contrib.messages")
    processors = ("request", "auth", "messages")
    settings.configure(
        SECRET_KEY=PASSWORD,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.oidc.urls",
        LOGIN_URL="/admin/login/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "toolkit.db"}},
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages")),
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        f"django.{room}.context_processors.{name}" for room, name in zip(rooms, processors, strict=True)
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
            "OAUTH2_VALIDATOR_CLASS": "tests.oidc.validator.Validator",
            "SCOPES": {"openid": "who you are", "profile": "your name", "email": "your address"},
        },
    )
    django.setup()


def fill(clients: list[dict[str, Any]]) -> None:
    """Make the tables, Ada, and the clients, each with its secret, sent in whichever way, or without one."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("ada", "ada@example.com", PASSWORD, first_name="Ada Lovelace")
    for client in clients:
        Application.objects.create(
            client_id=client["client_id"],
            client_secret=client.get("client_secret", ""),
            redirect_uris=" ".join(client["redirect_uris"]),
            client_type=Application.CLIENT_CONFIDENTIAL if "client_secret" in client else Application.CLIENT_PUBLIC,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            algorithm=Application.RS256_ALGORITHM,
        )


def main(folder: Path, clients: list[dict[str, Any]]) -> None:
    """Serve until the process is ended."""
    configure(folder)
    from django.core.wsgi import get_wsgi_application

    fill(clients)
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        print(f"http://127.0.0.1:{server.server_port}/o", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
