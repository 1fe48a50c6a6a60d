"""Others that do the same job: how they are started and spoken to. What they are is below `tests/benchmarks/peers`."""

import json
import sys
from typing import Any

from tests.benchmarks.children import Command
from tests.benchmarks.credentials import APP_ID, APP_SECRET
from tests.benchmarks.dialects import Dialect, contract, get, post
from tests.benchmarks.participants import PEER, Participant, Place, Program
from tests.benchmarks.participants.own import gunicorn, uvicorn
from tests.benchmarks.provider import user_of
from tests.benchmarks.wire import HOST


def _graph_url(place: Place) -> str:
    return f"http://{HOST}:{place.provider_port}/v25.0"


def _django(name: str, *, prepare: bool = False) -> Any:
    """Return how a Django project below `peers` is served: by gunicorn, on a migrated database."""

    def program(place: Place) -> Program:
        python = str(place.environment / "bin" / "python")
        environment = {
            "DJANGO_SETTINGS_MODULE": f"tests.benchmarks.peers.{name}.settings",
            "BENCHMARK_FOLDER": str(place.folder),
            "BENCHMARK_GRAPH_URL": _graph_url(place),
        }
        before = [Command([python, "-m", "django", "migrate"], environment)]
        if prepare:
            before.append(Command([python, "-m", f"tests.benchmarks.peers.{name}.prepare"], environment))
        return Program(Command(gunicorn("tests.benchmarks.peers.wsgi", place.port, python), environment), before)

    return program


def _fastapi(place: Place) -> Program:
    python = str(place.environment / "bin" / "python")
    environment = {"BENCHMARK_DATABASE": str(place.folder / "app.db"), "BENCHMARK_GRAPH_URL": _graph_url(place)}
    return Program(
        Command(uvicorn("tests.benchmarks.peers.fastapi_social_core.app:app", place.port, python), environment)
    )


def _node(place: Place) -> dict[str, str]:
    """Return what both Node programs read from their environment."""
    return {
        "NODE_ENV": "production",
        "BENCHMARK_APP_ID": APP_ID,
        "BENCHMARK_APP_SECRET": APP_SECRET,
        "BENCHMARK_DATABASE": str(place.folder / "app.db"),
        "BENCHMARK_GRAPH_URL": f"http://{HOST}:{place.provider_port}",
        "BENCHMARK_PORT": str(place.port),
    }


def _better_auth(place: Place) -> Program:
    return Program(Command(["node", str(place.environment / "server.mjs")], _node(place)))


def _better_auth_body(token: str) -> dict[str, Any]:
    return {"provider": "facebook", "idToken": {"token": token, "accessToken": token}}


def _parse_server(place: Place) -> Program:
    command = [sys.executable, "-m", "tests.benchmarks.peers.parse_server", str(place.environment)]
    return Program(Command(command, _node(place)))


def _parse_body(token: str) -> dict[str, Any]:
    return {"authData": {"facebook": {"id": user_of(token), "access_token": token}}}


def _allauth_body(token: str) -> dict[str, Any]:
    given = {"client_id": APP_ID, "access_token": token}
    return {"provider": "facebook", "process": "login", "token": given}


def _converted(token: str, backend: str) -> dict[str, Any]:
    return {"grant_type": "convert_token", "client_id": "bench", "backend": backend, "token": token}


PEERS = [
    Participant(
        name="fastapi-social-core",
        title="FastAPI + social-auth-core",
        kind=PEER,
        dialect=contract(),
        program=_fastapi,
        peer="fastapi_social_core",
        package="social-auth-core",
    ),
    Participant(
        name="allauth",
        title="django-allauth headless",
        kind=PEER,
        dialect=Dialect(
            path="/_allauth/app/v1/auth/provider/token",
            body=_allauth_body,
            session=lambda body: body["meta"]["session_token"],
            user=lambda body: json.dumps(body["data"]["user"]),
        ),
        program=_django("allauth"),
        peer="allauth",
        package="django-allauth",
    ),
    Participant(
        name="dj-rest-auth",
        title="dj-rest-auth",
        kind=PEER,
        dialect=Dialect(
            path="/dj-rest-auth/facebook/",
            body=lambda token: {"access_token": token},
            google=lambda token: post("/dj-rest-auth/google/", {"access_token": token}),
            session=lambda body: body["key"],
            user=None,
            whoami=lambda key: get("/dj-rest-auth/user/", {"Authorization": f"Token {key}"}),
        ),
        program=_django("dj_rest_auth"),
        peer="dj_rest_auth",
        package="dj-rest-auth",
    ),
    Participant(
        name="drf-social-oauth2",
        title="drf-social-oauth2",
        kind=PEER,
        dialect=Dialect(
            path="/auth/convert-token",
            body=lambda token: _converted(token, "facebook"),
            google=lambda token: post("/auth/convert-token", _converted(token, "google-oauth2")),
            session=lambda body: body["access_token"],
            user=None,
            whoami=lambda token: get("/whoami", {"Authorization": f"Bearer {token}"}),
        ),
        program=_django("drf_social_oauth2", prepare=True),
        peer="drf_social_oauth2",
        package="drf-social-oauth2",
    ),
    Participant(
        name="better-auth",
        title="better-auth",
        kind=PEER,
        dialect=Dialect(
            path="/api/auth/sign-in/social",
            body=_better_auth_body,
            session=lambda body: body["token"],
            user=lambda body: body["user"]["email"],
        ),
        program=_better_auth,
        peer="better_auth",
        package="better-auth",
    ),
    Participant(
        name="parse-server",
        title="Parse Server",
        kind=PEER,
        dialect=Dialect(
            path="/parse/users",
            body=_parse_body,
            session=lambda body: body["sessionToken"],
            user=None,
            whoami=lambda session: get(
                "/parse/users/me", {"X-Parse-Application-Id": "bench", "X-Parse-Session-Token": session}
            ),
            headers={"X-Parse-Application-Id": "bench"},
        ),
        program=_parse_server,
        peer="parse_server",
        package="parse-server",
    ),
]
