"""The floor and our server: stand-alone, in FastAPI, in Django."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.children import Command
from tests.benchmarks.credentials import APP_ID, APP_SECRET, CLIENT_ID
from tests.benchmarks.dialects import contract
from tests.benchmarks.floor.server import ISSUER
from tests.benchmarks.participants import FLOOR, OURS, Participant, Place, Program
from tests.benchmarks.wire import HOST

THREADS = 16
"""Of a WSGI server: enough to wait for a provider of 50 ms, few enough not to fight for the interpreter."""


def gunicorn(application: str, port: int, python: str, *options: str) -> list[str]:
    """Return the command that serves a WSGI application by one process with threads."""
    return [
        *(python, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--worker-class", "gthread"),
        *("--threads", str(THREADS), "--worker-connections", "4000", "--keep-alive", "75", *options, application),
    ]


def uvicorn(application: str, port: int, python: str, *options: str) -> list[str]:
    """Return the command that serves an ASGI application by one process, without its line for each request."""
    where = ("--host", HOST, "--port", str(port))
    return [python, "-m", "uvicorn", *where, "--no-access-log", "--backlog", "4096", *options, application]


def floor(name: str, title: str, *options: str) -> Participant:
    """Return the floor with some of its options."""

    def program(place: Place) -> Program:
        ports = ["--port", str(place.port), "--provider-port", str(place.provider_port)]
        files = ["--database", str(place.folder / "floor.db")]
        return Program(Command([sys.executable, "-m", "tests.benchmarks.floor", *ports, *files, *options]))

    return Participant(name=name, title=title, kind=FLOOR, dialect=contract(has_google=False), program=program)


_MANY = "100000000/minute"
_LIMITS = {
    "address": _MANY,
    "client": _MANY,
    "connection": _MANY,
    "subject": _MANY,
    "exchange_timeout_s": 60.0,
    "provider_timeout_s": 60.0,
}
"""Calls are counted as ever, and nobody is refused; who is slow is measured, and not given up on: so it is with the
others."""


def settings(place: Place, *, alg: str = "RS256", issuer: str = ISSUER) -> dict[str, Any]:
    """Return our settings as the tables of accredit.toml."""
    graph = f"http://{HOST}:{place.provider_port}"
    google = {"tokeninfo_url": f"{graph}/tokeninfo", "userinfo_url": f"{graph}/userinfo"}
    return {
        "issuer": issuer,
        "connections": {
            "facebook": {"app_id": APP_ID, "app_secret": APP_SECRET, "graph_url": graph},
            "google-oauth2": {"client_ids": [CLIENT_ID], **google},
        },
        "clients": {"bench": {"connections": ["facebook", "google-oauth2"]}},
        "tokens": {"signing_alg": alg},
        "keys": {"path": str(place.folder / "keys.json")},
        "limits": _LIMITS,
        "storage": {"url": f"sqlite:///{place.folder / 'accredit.db'}"},
    }


def toml(tables: Mapping[str, Any]) -> str:
    """Return settings as text: strings, numbers and booleans are written in TOML as in JSON."""
    plain = {name: value for name, value in tables.items() if not isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    for name, table in tables.items():
        if not isinstance(table, dict):
            continue
        nested = all(isinstance(value, dict) for value in table.values())
        for head, values in (
            {f"{name}.{key}": value for key, value in table.items()}.items() if nested else [(name, table)]
        ):
            lines += ["", f"[{head}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def accredit(name: str, title: str, *, alg: str = "RS256", workers: int = 1) -> Participant:
    """Return `accredit serve`."""

    def program(place: Place) -> Program:
        config = place.folder / "accredit.toml"
        config.write_text(toml(settings(place, alg=alg)))
        where = ["--config", str(config), "--port", str(place.port)]
        many = ["--workers", str(workers)] if workers > 1 else []
        return Program(Command([sys.executable, "-m", "accredit", "serve", *where, *many]))

    return Participant(
        name=name, title=title, kind=OURS, dialect=contract(), program=program, package="accredit", workers=workers
    )


def in_fastapi() -> Participant:
    """Return our router in an app, as the guide to FastAPI says."""

    def program(place: Place) -> Program:
        config = place.folder / "accredit.toml"
        config.write_text(toml(settings(place, issuer=f"{ISSUER}login/")))
        command = uvicorn(
            "tests.benchmarks.participants.fastapi_app:create_app", place.port, sys.executable, "--factory"
        )
        return Program(Command(command, {"BENCHMARK_CONFIG": str(config)}))

    return Participant(
        name="accredit-fastapi",
        title="Accredit in FastAPI",
        kind=OURS,
        dialect=contract("/login"),
        program=program,
        package="fastapi",
    )


def in_django(server: str) -> Participant:
    """Return our include in a project, as the guide to Django says, by `uvicorn` or `gunicorn`."""
    project = "tests.benchmarks.participants.django_project"

    def program(place: Place) -> Program:
        tables = settings(place, issuer=f"{ISSUER}login/")
        del tables["storage"]  # it is the database of the project
        environment = {
            "DJANGO_SETTINGS_MODULE": f"{project}.settings",
            "BENCHMARK_FOLDER": str(place.folder),
            "BENCHMARK_ACCREDIT": json.dumps(tables),
        }
        serve = {
            "uvicorn": uvicorn(f"{project}.asgi:application", place.port, sys.executable),
            "gunicorn": gunicorn(f"{project}.wsgi:application", place.port, sys.executable),
        }
        migrate = Command([sys.executable, "-m", "django", "migrate"], environment)
        return Program(Command(serve[server], environment), [migrate])

    return Participant(
        name=f"accredit-django-{server}",
        title=f"Accredit in Django ({server})",
        kind=OURS,
        dialect=contract("/login"),
        program=program,
        package="django",
    )
