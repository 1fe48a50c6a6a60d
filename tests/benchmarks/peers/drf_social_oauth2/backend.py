"""Facebook at the address of the benchmark's provider."""

from django.conf import settings
from social_core.backends.facebook import FacebookOAuth2


class LoopbackFacebook(FacebookOAuth2):  # type: ignore[type-arg]  # generic in newer versions only
    USER_DATA_URL = f"{settings.GRAPH_URL}/me"
