"""Everything at once, on loopback: two simulated providers, Accredit, the API, and an app that goes through its day."""

import socket
import tempfile
import tomllib
from contextlib import ExitStack
from pathlib import Path

import httpx
from api import create_api
from client import App, tour

from accredit import Exchange, Settings, create_app
from accredit.testing import installed_simulators, serve

AUDIENCE = "https://notes.example.com/"
FACEBOOK_TOKEN = "EAAsim-good-ada"  # noqa: S105 - a simulator's published sample
GOOGLE_TOKEN = "ya29.sim-good-ada"  # noqa: S105 - a simulator's published sample


def main() -> None:
    """Start everything on free ports, take the tour, stop everything."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tables = tomllib.loads(Path(__file__).with_name("accredit.toml").read_text("utf-8"))
        simulators = installed_simulators()
        for name in tables["connections"]:
            simulator = simulators[name]()
            tables["connections"][name] = simulator.settings(stack.enter_context(serve(simulator.app())))
        with socket.create_server(("127.0.0.1", 0)) as listener:  # the issuer has to be known before it can be served
            port = listener.getsockname()[1]
        tables["issuer"] = f"http://127.0.0.1:{port}/"
        tables["storage"] = {"url": f"sqlite:///{folder}/accredit.db"}
        tables["keys"] = {"path": f"{folder}/keys.json"}
        accredit = stack.enter_context(serve(create_app(Exchange(Settings.model_validate(tables))), port=port))
        api = stack.enter_context(serve(create_api(issuer=tables["issuer"], audience=AUDIENCE)))
        http = stack.enter_context(httpx.Client(timeout=30))
        app = App(http, accredit=accredit, api=api, client_id="notes-app")
        for line in tour(app, facebook_token=FACEBOOK_TOKEN, google_token=GOOGLE_TOKEN, audience=AUDIENCE):
            print(line)  # noqa: T201 - what this program is for


if __name__ == "__main__":
    main()
