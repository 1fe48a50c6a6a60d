"""Where the shop answers."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from accredit.contrib.django.require import require_token


@require_token("read:orders", users_only=True)
def orders(request: HttpRequest) -> JsonResponse:
    """Answer whose orders these are."""
    return JsonResponse({"orders of": request.user.get_username()})


urlpatterns = [
    path("login/", include("accredit.contrib.django.urls")),
    path("", include("accredit.contrib.django.root_urls")),
    path("orders", orders),
]
