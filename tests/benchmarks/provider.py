"""A Facebook that costs almost nothing: the two calls of an exchange, for any token made by `token`.

It checks what a server could otherwise leave out: the app's credentials and the proof of the secret.
"""

import asyncio
import hashlib
import hmac
import json
import re
import time
from urllib.parse import unquote_to_bytes

from tests.benchmarks.wire import Answer, Reply, Request

APP_ID = "180000000000001"
APP_SECRET = "a-sample-secret-of-the-benchmark"

_TOKEN = re.compile(rb"EAABench[0-9a-f]{16}n(\d{16})z+")
_APP_TOKEN = f"{APP_ID}|{APP_SECRET}".encode()
_SECRET = APP_SECRET.encode()


def token(run: str, number: int) -> str:
    """Return a token as long as a real one; `run` is 16 hex digits, `number` becomes the user's id."""
    return f"EAABench{run}n{10**15 + number:016d}".ljust(200, "z")


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


_REFUSED = Answer(400, _json({"error": {"message": "Invalid request.", "type": "OAuthException", "code": 100}}))
_NOT_FOUND = Answer(404, _json({"error": {"message": "Unknown path.", "type": "OAuthException", "code": 2500}}))
_PROFILE = (
    b'{"id":"%b","name":"Ada Lovelace %b","first_name":"Ada","last_name":"Lovelace","email":"ada%b@example.com",'
    b'"picture":{"data":{"height":256,"is_silhouette":false,"width":256,'
    b'"url":"https://platform-lookaside.example.com/platform/profilepic/?asid=%b&height=256&width=256"}}}'
)


class Provider:
    """Answer `GET /{version}/debug_token` and `GET /{version}/me`, each after `delay_s`."""

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s
        now = int(time.time())
        inspection = {
            "data": {
                "app_id": APP_ID,
                "type": "USER",
                "application": "Benchmark",
                "data_access_expires_at": now + 7_776_000,
                "expires_at": now + 5_184_000,
                "is_valid": True,
                "issued_at": now - 60,
                "scopes": ["email", "public_profile"],
                "user_id": "USER_ID",
            }
        }
        self._inspection = _json(inspection).replace(b"USER_ID", b"%b")

    def __call__(self, request: Request, reply: Reply) -> None:
        answer = self._answer(request)
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, reply, answer)
        else:
            reply(answer)

    def _answer(self, request: Request) -> Answer:
        path, _, query = request.url.partition(b"?")
        # Tokens may come in the query or in the header; what arrived is searched, not parsed.
        seen = query + b" " + request.authorization
        found = _TOKEN.search(seen)
        if found is None:
            return _REFUSED
        user_id = found[1]
        if path.endswith(b"/debug_token"):
            if _APP_TOKEN not in unquote_to_bytes(seen):
                return _REFUSED
            return Answer(200, self._inspection % user_id)
        if path.endswith(b"/me"):
            proof = hmac.new(_SECRET, found[0], hashlib.sha256).hexdigest()
            if b"appsecret_proof=" + proof.encode() not in query:
                return _REFUSED
            return Answer(200, _PROFILE % ((user_id,) * 4))
        return _NOT_FOUND
