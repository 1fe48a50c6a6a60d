"""Where the project answers."""

from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from dj_rest_auth.registration.views import SocialLoginView
from django.urls import include, path


class FacebookLogin(SocialLoginView):  # type: ignore[misc]  # the package has no types
    adapter_class = FacebookOAuth2Adapter


class GoogleLogin(SocialLoginView):  # type: ignore[misc]  # the package has no types
    adapter_class = GoogleOAuth2Adapter


urlpatterns = [
    path("dj-rest-auth/", include("dj_rest_auth.urls")),
    path("dj-rest-auth/facebook/", FacebookLogin.as_view()),
    path("dj-rest-auth/google/", GoogleLogin.as_view()),
]
