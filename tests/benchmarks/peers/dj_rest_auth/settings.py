"""As its pages on installation and social authentication say."""

from tests.benchmarks.peers.django_settings import *  # noqa: F403 - settings are names of a module
from tests.benchmarks.peers.django_settings import APP_ID, APP_SECRET, AUTHENTICATION, CLIENT_ID, GRAPH_URL, MIDDLEWARE

INSTALLED_APPS = [
    *AUTHENTICATION,
    "rest_framework",
    "rest_framework.authtoken",
    "dj_rest_auth",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.facebook",
    "allauth.socialaccount.providers.google",
    "dj_rest_auth.registration",
]
MIDDLEWARE = [*MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]}
ROOT_URLCONF = "tests.benchmarks.peers.dj_rest_auth.urls"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
REST_AUTH = {"SESSION_LOGIN": False}
SOCIALACCOUNT_PROVIDERS = {
    "facebook": {"APPS": [{"client_id": APP_ID, "secret": APP_SECRET}], "GRAPH_API_URL": GRAPH_URL},
    "google": {"APPS": [{"client_id": CLIENT_ID, "secret": "unused"}], "IDENTITY_URL": f"{GRAPH_URL}/userinfo"},
}
