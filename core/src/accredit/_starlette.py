"""Our endpoints as Starlette's routes, for hosts that add one to their own or look at what an app has."""

from starlette.routing import Match
from starlette.routing import Route as AnyRoute
from starlette.types import Scope

from accredit.oauth.wire.mount import has_encoded_slash


class Route(AnyRoute):
    """A path for which `%2F` is no slash; see `has_encoded_slash`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path, unless a slash in it is encoded."""
        return (Match.NONE, {}) if has_encoded_slash(scope.get("raw_path")) else super().matches(scope)
