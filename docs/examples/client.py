"""An app that has a provider's token, and wants to stay logged in."""

from collections.abc import Mapping
from typing import Any

import httpx


class App:
    """A public client: it has a name, `client_id`, and no secret. `accredit` and `api` are base URLs."""

    def __init__(self, http: httpx.Client, *, accredit: str, api: str, client_id: str) -> None:
        self._http = http
        self._accredit = accredit.rstrip("/")
        self._api = api.rstrip("/")
        self._client_id = client_id

    def login(self, connection: str, provider_token: str, **more: str) -> dict[str, Any]:
        """Turn a provider's token into ours."""
        return self._post("/oauth/access_token", connection=connection, access_token=provider_token, **more)

    def link(self, connection: str, provider_token: str, *, main: Mapping[str, Any]) -> dict[str, Any]:
        """Make this identity another one of the user who has just logged in: `main` is what that login answered."""
        return self.login(connection, provider_token, main_access_token=main["access_token"])

    def notes(self, tokens: Mapping[str, Any]) -> httpx.Response:
        """Call the API."""
        return self._http.get(f"{self._api}/notes", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    def refresh(self, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """Get new tokens. Keep those that come back: the refresh token works only once."""
        return self._post("/oauth/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    def logout(self, tokens: Mapping[str, Any]) -> None:
        """End the login here and at the server."""
        self._post("/oauth/revoke", token=tokens["refresh_token"])

    def _post(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self._http.post(f"{self._accredit}{path}", json={"client_id": self._client_id, **parameters})
        answer.raise_for_status()
        body: dict[str, Any] = answer.json() if answer.content else {}
        return body


def tour(app: App, *, facebook_token: str, google_token: str, audience: str) -> list[str]:
    """Go through a user's day; returns what happened, line by line."""
    said = []

    tokens = app.login("facebook", facebook_token, scope="openid offline_access read:notes", audience=audience)
    answer = app.notes(tokens)
    said.append(f"logged in: the API answers {answer.status_code} to {answer.json()['owner']}")

    newer = app.refresh(tokens)
    said.append(f"refreshed: the API answers {app.notes(newer).status_code}")

    main = app.login("facebook", facebook_token)  # without an audience: a token for Accredit itself
    said.append(f"a token for Accredit itself: the API answers {app.notes(main).status_code}")

    app.link("google-oauth2", google_token, main=main)
    by_google = app.login("google-oauth2", google_token, scope="read:notes", audience=audience)
    said.append(f"linked: a login by Google is {app.notes(by_google).json()['owner']}")

    app.logout(newer)
    try:
        app.refresh(newer)
    except httpx.HTTPStatusError as refusal:
        said.append(f"logged out: {refusal.response.json()['error_description']}")
    return said
