"""A Django project with the packages that people move away from, filled by their own code. A program of its own.

`python django_host.py PATH` makes the tables in a SQLite file, fills them, and prints who is who as JSON. Where PATH is
a PostgreSQL URL, it does so there.
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings

GOOGLE_SUB = "109876543210987654321"
"""21 digits, beyond what a float tells apart."""


def database(place: str) -> dict[str, object]:
    if not place.startswith("postgresql://"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place}
    url = urlsplit(place)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.strip("/"),
        "USER": url.username or "",
        "HOST": parse_qs(url.query)["host"][0],
    }


def configure(place: str) -> None:
    settings.configure(
        SECRET_KEY="of a test",
        USE_TZ=True,
        ROOT_URLCONF="oauth2_provider.urls",
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": database(place)},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        AUTHENTICATION_BACKENDS=[
            "django.contrib.auth.backends.ModelBackend",
            "social_core.backends.google.GoogleOAuth2",
            "social_core.backends.facebook.FacebookOAuth2",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        SOCIALACCOUNT_STORE_TOKENS=True,
        OAUTH2_PROVIDER={"SCOPES": {"read:orders": "Orders", "openid": "OpenID"}, "PKCE_REQUIRED": False},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.facebook",
            "allauth.socialaccount.providers.google",
            "social_django",
            "oauth2_provider",
        ],
    )
    django.setup()
    call_command("migrate", verbosity=0)


def users() -> Any:
    """Return the manager of the users."""
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager


def user(name: str, **more: Any) -> Any:
    return users().create_user(name, f"{name}@example.com", "a password", **more)


def fill_allauth() -> None:
    """Log people in as allauth does, once its adapter has a provider's answer."""
    from allauth.account.models import EmailAddress
    from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken

    apps = {
        name: SocialApp.objects.create(provider=provider, name=name, client_id=client_id, secret="app secret")
        for name, provider, client_id in (
            ("shop", "facebook", "1234567890"),
            ("old shop", "facebook", "5555555555"),
            ("google", "google", "1-shop.apps.googleusercontent.com"),
        )
    }

    def log_in(owner: Any, provider: str, uid: str, app: SocialApp | None) -> None:
        account = SocialAccount(provider=provider, uid=uid, extra_data={"email": f"{owner.username}@example.com"})
        token = (
            None
            if app is None
            else SocialToken(app=app, account=account, token="EAAprovider", token_secret="1//provider")
        )
        address = EmailAddress(email=f"{owner.username}@gmail.com", verified=True, primary=True)
        login = SocialLogin(user=owner, account=account, token=token, email_addresses=[address])
        login.save(RequestFactory().get("/"), connect=owner.pk is not None)

    log_in(user("ada"), "google", GOOGLE_SUB, apps["google"])
    log_in(user("bob"), "facebook", "10158000000000001", apps["shop"])
    log_in(user("cem"), "facebook", "10158000000000002", apps["old shop"])
    log_in(user("dot"), "facebook", "10158000000000003", None)  # of one of the two apps: nobody can tell
    log_in(user("eve", is_active=False), "google", "104444444444444444444", apps["google"])
    log_in(user("fay"), "untappd", "77", None)


def fill_social_auth() -> None:
    """Associate people as social-auth does, by the id that its own backend finds."""
    associations: Any = import_module("social_django.models").UserSocialAuth  # it has no types
    social: Any = import_module("social_django.utils")

    def associate(owner: Any, provider: str, response: dict[str, Any]) -> None:
        backend = social.load_backend(social.load_strategy(), provider, redirect_uri=None)
        details = backend.get_user_details(response)
        uid, id_key = backend.get_user_id(details, response), backend.id_key()
        associations.create_social_auth(owner, uid, provider, id_key).set_extra_data({"access_token": "ya29.clear"})

    def google(sub: str, name: str) -> dict[str, Any]:
        return {"sub": sub, "email": f"{name}@gmail.com", "email_verified": True, "name": name}

    associate(user("gil"), "google-oauth2", google("110000000000000000001", "gil"))
    with override_settings(SOCIAL_AUTH_GOOGLE_OAUTH2_ID_KEY="email"):  # what it was by itself before 7.0
        associate(user("hal"), "google-oauth2", google("110000000000000000002", "hal"))
    with override_settings(SOCIAL_AUTH_GOOGLE_OAUTH2_ID_KEY="hd"):
        associate(user("ida"), "google-oauth2", {**google("110000000000000000003", "ida"), "hd": "1234"})
    associate(user("jon"), "facebook", {"id": 10158000000000004, "name": "Jon"})
    associate(user("kim", is_active=False), "google-oauth2", google("110000000000000000005", "kim"))
    # Ids of a provider of the operator's own, which differ by case, or begin with noughts.
    for name, uid in (("lea", "aBc"), ("leo", "abc"), ("lou", "007")):
        associations.create_social_auth(user(name), uid, "acme", "id")
    associations.create_social_auth(user("max"), "max", "acme", "username")
    # As USE_UNIQUE_USER_ID has stored it, once migration 0020 has run.
    associations.create_social_auth(user("nik"), "110000000000000000006", "google-oauth2", "email")


def fill_oauth_toolkit() -> dict[str, str]:
    """Let applications ask for tokens at the server's own endpoint; returns live refresh tokens by user."""
    from oauth2_provider.models import Application, RefreshToken

    for client_id, client_type in (("my-app", "public"), ("a-server", "confidential"), ("strange", "public")):
        Application.objects.create(
            client_id=client_id,
            client_type=client_type,
            authorization_grant_type="password",
            client_secret="a secret of the application",
            allowed_origins="https://app.example.com",
            name="An application",
        )
    Application.objects.create(
        client_id="a-machine", client_type="confidential", authorization_grant_type="client-credentials"
    )

    def token(name: str, client_id: str, scope: str = "read:orders", **more: str) -> dict[str, str]:
        form = {"grant_type": "password", "username": name, "password": "a password", "scope": scope}
        if client_id == "a-server":
            form["client_secret"] = "a secret of the application"
        answer = Client().post("/token/", {**form, "client_id": client_id, **more})
        assert answer.status_code == 200, answer.content
        found: dict[str, str] = answer.json()
        return found

    live = {}
    for name in ("ada", "bob", "gil", "nik"):
        live[name] = token(name, "my-app")["refresh_token"]
    first = token("lea", "my-app")["refresh_token"]
    again = token("lea", "my-app", grant_type="refresh_token", refresh_token=first)
    live["lea"], live["lea, used up"] = again["refresh_token"], first
    with override_settings(
        OAUTH2_PROVIDER={"COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True, "SCOPES": {"read:orders": "Orders"}}
    ):
        live["leo"] = token("leo", "my-app")["refresh_token"]
        assert not RefreshToken.objects.get(user__username="leo").token
    live["lou"] = token("lou", "my-app", scope="openid")["refresh_token"]
    live["gil, a server"] = token("gil", "a-server")["refresh_token"]
    live["gil, strange"] = token("gil", "strange")["refresh_token"]
    live["hal"] = token("hal", "my-app")["refresh_token"]
    live["jon, gone"] = token("jon", "my-app")["refresh_token"]
    RefreshToken.objects.get(user__username="jon").access_token.delete()
    live["max"] = token("max", "my-app")["refresh_token"]
    users().filter(username="max").update(is_active=False)
    return live


def main() -> None:
    configure(sys.argv[1])
    fill_allauth()
    fill_social_auth()
    tokens = fill_oauth_toolkit()
    people = {one.username: str(one.pk) for one in users().all()}
    sys.stdout.write(json.dumps({"users": people, "tokens": tokens, "queried": queried()}))


def plain(reading: Any) -> Any:
    """Return a reading in values that JSON has."""
    return json.loads(json.dumps(asdict(reading), default=sorted))


def queried() -> dict[str, Any]:
    """Return what Django's own connection finds for each source."""
    from django.db import connection

    from accredit.importers import ImportOptions, read
    from accredit.importers.django_query import DjangoQuery

    query = DjangoQuery(connection)
    assert query.columns("no_such_table") == frozenset()
    sources = ("django-allauth", "social-auth-app-django", "django-oauth-toolkit")
    return {source: plain(read(source, query, ImportOptions())) for source in sources}


if __name__ == "__main__":
    main()
