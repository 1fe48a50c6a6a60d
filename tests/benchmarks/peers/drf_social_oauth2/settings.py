"""As its page on installation says."""

from tests.benchmarks.peers.django_settings import *  # noqa: F403 - settings are names of a module
from tests.benchmarks.peers.django_settings import APP_ID, APP_SECRET, AUTHENTICATION, CLIENT_ID

INSTALLED_APPS = [*AUTHENTICATION, "rest_framework", "oauth2_provider", "social_django", "drf_social_oauth2"]
AUTHENTICATION_BACKENDS = [
    "tests.benchmarks.peers.drf_social_oauth2.backend.LoopbackFacebook",
    "tests.benchmarks.peers.drf_social_oauth2.backend.LoopbackGoogle",
    "drf_social_oauth2.backends.DjangoOAuth2",
    "django.contrib.auth.backends.ModelBackend",
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
        "drf_social_oauth2.authentication.SocialAuthentication",
    ]
}
ROOT_URLCONF = "tests.benchmarks.peers.drf_social_oauth2.urls"
SOCIAL_AUTH_FACEBOOK_KEY = APP_ID
SOCIAL_AUTH_FACEBOOK_SECRET = APP_SECRET
SOCIAL_AUTH_FACEBOOK_PROFILE_EXTRA_PARAMS = {"fields": "id,name,first_name,last_name,email"}
SOCIAL_AUTH_GOOGLE_OAUTH2_KEY = CLIENT_ID
SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET = "unused"
