"""Where the project answers."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def whoami(request: HttpRequest) -> JsonResponse:
    """Answer whose token this is."""
    return JsonResponse({"email": request.user.email})  # type: ignore[union-attr]  # somebody has logged in


urlpatterns = [path("auth/", include("drf_social_oauth2.urls", namespace="drf")), path("whoami", whoami)]
