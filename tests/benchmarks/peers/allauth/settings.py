"""As the quick start of its headless mode says."""

from tests.benchmarks.peers.django_settings import *  # noqa: F403 - settings are names of a module
from tests.benchmarks.peers.django_settings import APP_ID, APP_SECRET, AUTHENTICATION, GRAPH_URL, MIDDLEWARE

INSTALLED_APPS = [
    *AUTHENTICATION,
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.facebook",
    "allauth.headless",
]
MIDDLEWARE = [*MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ROOT_URLCONF = "tests.benchmarks.peers.allauth.urls"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
SOCIALACCOUNT_PROVIDERS = {
    "facebook": {"APPS": [{"client_id": APP_ID, "secret": APP_SECRET}], "GRAPH_API_URL": GRAPH_URL}
}
