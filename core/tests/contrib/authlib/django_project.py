"""A Django project with an Authlib server: a program, since a process can have one set of Django's settings only.

It prints what came of each request, as JSON.
"""

import io
import json
import sys
from typing import Any

import django
from authlib.oauth2.rfc6749 import ClientMixin
from core.tests.acme import Acme, Brings, Globex, Provider
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accredit import Identity
from accredit.contrib.authlib import AccessTokenEndpoint, SocialLoginGrant
from accredit.settings import EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT
from accredit.sync import Verifier

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["shop.example.com"],
    AUTHLIB_OAUTH2_PROVIDER={"refresh_token_generator": True},
    SECRET_KEY="test",
)
django.setup()

from authlib.integrations.django_oauth2 import AuthorizationServer  # noqa: E402 - it reads Django's settings
from django.contrib.auth.models import User  # noqa: E402 - the same
from django.core.handlers.asgi import ASGIRequest  # noqa: E402 - the same
from django.core.management import call_command  # noqa: E402 - the same
from django.db import connection, models  # noqa: E402 - the same
from django.test import Client as Browser  # noqa: E402 - the same
from django.urls import path  # noqa: E402 - the same
from django.views.decorators.csrf import csrf_exempt  # noqa: E402 - the same


class Application(models.Model, ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A public client."""

    client_id: "models.CharField[str, str]" = models.CharField(max_length=48)

    class Meta:
        app_label = "shop"

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(one for one in scope.split() if one in {"profile", "offline_access"})

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {EXCHANGE_GRANT, TOKEN_EXCHANGE_GRANT, "refresh_token"}


class Token(models.Model):
    """What was issued."""

    client_id: "models.CharField[str, str]" = models.CharField(max_length=48)
    user_id: "models.IntegerField[int, int]" = models.IntegerField()
    token_type: "models.CharField[str, str]" = models.CharField(max_length=40)
    access_token: "models.TextField[str, str]" = models.TextField()
    refresh_token: "models.TextField[str | None, str | None]" = models.TextField(null=True)
    scope: "models.TextField[str, str]" = models.TextField()
    expires_in: "models.IntegerField[int, int]" = models.IntegerField()

    class Meta:
        app_label = "shop"


class SocialLogin(SocialLoginGrant):
    """By user names, for a test."""

    def authenticate_user(self, identity: Identity, client: Any) -> User:
        return User.objects.get_or_create(username=f"{identity.namespace}-{identity.user_id}")[0]


server = AuthorizationServer(Application, Token)
SocialLogin.verifier = Verifier(
    connections={"acme": {"app_ids": ["acme-app"]}}, plugins=[Brings(Acme, Globex)], transport=Provider()
)
server.register_grant(SocialLogin)
server.register_endpoint(AccessTokenEndpoint(SocialLogin))


@csrf_exempt
def access_token(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = server.create_endpoint_response("access_token", request)
    return response


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = server.create_token_response(request)
    return response


urlpatterns = [path("oauth/access_token", access_token), path("oauth/token", token)]


def in_chunks(body: bytes) -> HttpRequest:
    """Return a request whose length nobody has told, as ASGI servers hand it on."""
    headers = [(b"host", b"shop.example.com"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/oauth/access_token", "headers": headers, "scheme": "https"}
    return ASGIRequest(scope, io.BytesIO(body))


def main() -> None:
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as schema:
        schema.create_model(Application)
        schema.create_model(Token)
    Application.objects.create(client_id="app")
    browser = Browser(headers={"host": "shop.example.com"}, enforce_csrf_checks=True)
    good = {"client_id": "app", "connection": "acme", "access_token": "good-token", "scope": "profile offline_access"}
    exchange = {
        "grant_type": TOKEN_EXCHANGE_GRANT,
        "client_id": "app",
        "connection": "acme",
        "subject_token": "good-token",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    asked: dict[str, Any] = {
        "json": browser.post("/oauth/access_token", good, "application/json", secure=True),
        "multipart": browser.post("/oauth/access_token", good, secure=True),
        "foreign": browser.post(
            "/oauth/access_token", {**good, "access_token": "foreign-token"}, "application/json", secure=True
        ),
        "nobody": browser.post("/oauth/access_token", {**good, "client_id": "x"}, "application/json", secure=True),
        "large": browser.post("/oauth/access_token", {**good, "a": "a" * 200_000}, "application/json", secure=True),
        "get": browser.get("/oauth/access_token", secure=True),
        "exchange": browser.post("/oauth/token", exchange, secure=True),
        "chunks": access_token(in_chunks(json.dumps(good).encode())),
        "endless": access_token(in_chunks(json.dumps(good).encode() + b" " * 200_000)),
        "twice": browser.post("/oauth/token", {**exchange, "client_id": ["app", "app"]}, secure=True),
    }
    SocialLogin.verifier.close()
    answers = {name: {"status": one.status_code, **json.loads(one.content)} for name, one in asked.items()}
    outcome = {"answers": answers, "users": User.objects.count(), "tokens": Token.objects.count()}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
