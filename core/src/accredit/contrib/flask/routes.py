"""The endpoints as rules of Flask's, in a blueprint. Each takes every method: which are wrong, the contract says."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.sansio.blueprints import BlueprintSetupState

from accredit.contrib.flask.state import NAME, state_of, this_app
from accredit.contrib.flask.wire import answered
from accredit.oauth.endpoints import ENDPOINTS
from accredit.oauth.wire.mount import metadata_path
from accredit.oauth.wire.paths import is_open, path_with

View = Callable[..., Response]


def blueprint_of_endpoints() -> Blueprint:
    """Return the blueprint, for any number of apps."""
    blueprint = Blueprint(NAME, __name__)
    blueprint.record(_add_endpoints)
    return blueprint


def _add_endpoints(setup: BlueprintSetupState) -> None:
    mount = (setup.url_prefix or "").rstrip("/")
    for endpoint in ENDPOINTS:
        rule = endpoint.path.replace("{", "<").replace("}", ">")
        _add(setup, f"{mount}{rule}", _view(endpoint.path, mount))
    at_root = metadata_path(state_of(setup.app).settings.issuer)
    if at_root not in {endpoint.path for endpoint in ENDPOINTS}:
        _add(setup, at_root, _view(at_root, mount, name="metadata_at_root"))


def _add(setup: BlueprintSetupState, path: str, view: View) -> None:
    """Add a rule past `add_url_rule`, which knows no rule for all methods, and would answer OPTIONS itself."""
    app: Any = setup.app
    endpoint = f"{setup.name_prefix}.{setup.name}.{view.__name__}".lstrip(".")
    rule = app.url_rule_class(
        path,
        endpoint=endpoint,
        methods=None,
        strict_slashes=True,
        merge_slashes=False,  # else a POST to //oauth/token would be redirected
    )
    rule.provide_automatic_options = False
    app.url_map.add(rule)
    app.view_functions[endpoint] = view


def _view(path: str, mount: str, *, name: str | None = None) -> View:
    def view(**parts: str) -> Response:
        app = this_app()
        return answered(app, state_of(app), request, path_with(path, parts), mount=mount)

    view.__name__ = name or _name_of(path)  # by name and module others, such as Flask-WTF, know a view
    return view


def _name_of(path: str) -> str:
    """Return the name of the endpoint in `url_for`: `/.well-known/jwks.json` is `accredit.well_known_jwks_json`."""
    path = "/".join(one for one in path.split("/") if not is_open(one))
    return "_".join(path.strip("/").replace(".", "/").replace("-", "_").split("/")).strip("_")
