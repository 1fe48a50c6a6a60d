"""The endpoints, to include where the issuer says: `path("login/", include("accredit.contrib.django.urls"))`."""

from django.urls import URLPattern

from accredit.contrib.django.views import Endpoint
from accredit.oauth.endpoints import ENDPOINTS
from accredit.oauth.wire.paths import is_open, path_with

app_name = "accredit"


def _endpoint(path: str) -> URLPattern:
    route = path.removeprefix("/")
    if is_open(path):
        name = "-".join(one for one in route.split("/") if not is_open(one))
        return Endpoint(route.replace("{", "<").replace("}", ">"), lambda **parts: path_with(path, parts), name=name)
    return Endpoint(route, lambda: path, name=path.rpartition("/")[2].removesuffix(".json"))


urlpatterns = [_endpoint(endpoint.path) for endpoint in ENDPOINTS]
