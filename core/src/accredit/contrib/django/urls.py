"""The endpoints, to include where the issuer says: `path("login/", include("accredit.contrib.django.urls"))`."""

from django.urls import URLPattern

from accredit.contrib.django.views import Endpoint
from accredit.oauth.endpoints import ENDPOINTS

app_name = "accredit"


def _endpoint(path: str) -> URLPattern:
    name = path.rpartition("/")[2].removesuffix(".json")
    return Endpoint(path.removeprefix("/"), lambda: path, name=name)


urlpatterns = [_endpoint(endpoint.path) for endpoint in ENDPOINTS]
