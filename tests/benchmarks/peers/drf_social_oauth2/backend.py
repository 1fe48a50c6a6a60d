"""Facebook and Google at the address of the benchmark's provider."""

from typing import Any

from django.conf import settings
from social_core.backends.facebook import FacebookOAuth2
from social_core.backends.google import GoogleOAuth2


class LoopbackFacebook(FacebookOAuth2):  # type: ignore[type-arg]  # generic in newer versions only
    USER_DATA_URL = f"{settings.GRAPH_URL}/me"


class LoopbackGoogle(GoogleOAuth2):  # type: ignore[type-arg]  # generic in newer versions only
    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Ask as the library does, elsewhere."""
        bearer = {"Authorization": f"Bearer {access_token}"}
        answer: dict[str, Any] = self.get_json(f"{settings.GRAPH_URL}/userinfo", headers=bearer)
        return answer
