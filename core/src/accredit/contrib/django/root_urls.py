"""What must stand at the root of the host: `path("", include("accredit.contrib.django.root_urls"))`.

Of an issuer with a path, clients look for the authorization server's metadata there. Source: RFC 8414 section 3.1.
"""

from accredit.contrib.django.views import Endpoint

_WELL_KNOWN = ".well-known/oauth-authorization-server"

urlpatterns = [
    Endpoint(f"{_WELL_KNOWN}/<path:mount>", lambda mount: f"/{_WELL_KNOWN}/{mount}", name="accredit-metadata"),
]
