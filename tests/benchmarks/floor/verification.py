"""The floor's verification: both questions at once, and every answer checked."""

import hashlib
import hmac
import json
import time
from typing import Any

from tests.benchmarks.credentials import APP_ID, APP_SECRET
from tests.benchmarks.wire import Pool

FIELDS = "id,name,first_name,last_name,email,picture.width(256).height(256)"
_CONNECTIONS = 4000
"""To the provider: never what a request waits for, two for each of the most that can be in flight."""


class NotOurs(Exception):
    """The provider does not vouch for this token, or not to our app."""


class Verification:
    """Ask whose a token is; with `cached` only once for each."""

    def __init__(self, *, provider_port: int, cached: bool = False) -> None:
        self._pool = Pool(provider_port, limit=_CONNECTIONS)
        self._secret = APP_SECRET.encode()
        self._known: dict[bytes, dict[str, Any]] | None = {} if cached else None

    async def __call__(self, token: str) -> dict[str, Any]:
        """Return the profile.

        Raises:
            NotOurs: the provider said no, or the token is another app's.
        """
        if self._known is None:
            return await self._ask(token)
        key = hmac.digest(self._secret, token.encode(), "sha256")
        profile = self._known.get(key)
        if profile is None:
            profile = self._known[key] = await self._ask(token)
        return profile

    async def _ask(self, token: str) -> dict[str, Any]:
        proof = hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()
        inspecting = self._pool.send(
            _get(f"/v25.0/debug_token?input_token={token}&access_token={APP_ID}%7C{APP_SECRET}")
        )
        asking = self._pool.send(_get(f"/v25.0/me?fields={FIELDS}&access_token={token}&appsecret_proof={proof}"))
        inspected, asked = await inspecting, await asking
        if inspected.status != 200 or asked.status != 200:
            raise NotOurs
        data = json.loads(inspected.body)["data"]
        profile: dict[str, Any] = json.loads(asked.body)
        if (
            data["is_valid"] is not True
            or data["app_id"] != APP_ID
            or data["type"] != "USER"
            or "profile_id" in data
            or data["expires_at"] <= time.time()
            or data["user_id"] != profile["id"]
        ):
            raise NotOurs
        return profile


def _get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode("ascii")
