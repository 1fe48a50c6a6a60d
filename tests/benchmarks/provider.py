"""A Facebook that costs almost nothing: what servers ask it in an exchange, for any token made by `token`.

It is a Google too, for a look at who checks the app where the provider does not help.

It refuses what the real one refuses: a caller without the app's credentials, and a proof that was not made with the
secret of the app to which the token was issued. Like the real one it tells a token's profile to a caller without a
proof, whichever app the token belongs to: who does not ask about the app does not learn of it.
"""

import asyncio
import hashlib
import hmac
import json
import re
import time
from urllib.parse import unquote_to_bytes

from tests.benchmarks.credentials import APP_ID, APP_SECRET, CLIENT_ID
from tests.benchmarks.wire import Answer, Reply, Request

OTHER_APP_ID = "190000000000009"
_OTHER_SECRET = "a-sample-secret-of-another-app"

_TOKEN = re.compile(rb"(?:EAA|ya29\.)(Bench|Other)[0-9a-f]{16}n(\d{16})z+")
_PROOF = re.compile(rb"appsecret_proof=([0-9a-f]{64})")
_APP_TOKEN = f"{APP_ID}|{APP_SECRET}".encode()
_APPS = {b"Bench": (APP_ID, APP_SECRET.encode()), b"Other": (OTHER_APP_ID, _OTHER_SECRET.encode())}


def user_id(number: int) -> str:
    """Return the id that a user has at the provider."""
    return f"{10**15 + number:016d}"


def token(serial: str, number: int, *, app: str = "Bench", is_googles: bool = False) -> str:
    """Return a token as long as a real one; `serial` is 16 hex digits, `number` says whose it is."""
    return f"{'ya29.' if is_googles else 'EAA'}{app}{serial}n{user_id(number)}".ljust(200, "z")


def user_of(text: str) -> str:
    """Return the id of the user for whom a token was made."""
    found = _TOKEN.search(text.encode())
    return found[2].decode() if found else "0"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _error(status: int, message: str, code: int) -> Answer:
    return Answer(status, _json({"error": {"message": message, "type": "OAuthException", "code": code}}))


_REFUSED = _error(400, "Invalid request.", 100)
_WRONG_PROOF = _error(400, "Invalid appsecret_proof provided in the API argument", 100)
_OTHER_APP = _error(400, "(#100) The App_id in the input_token did not match the Viewing App", 100)
_NOT_FOUND = _error(404, "Unknown path.", 2500)
_PROFILE = (
    # No two have the same first name: what makes a user's name of it has nothing to look for.
    b'{"id":"%b","name":"Ada%b Lovelace","first_name":"Ada%b","last_name":"Lovelace","email":"ada%b@example.com",'
    b'"picture":{"data":{"height":256,"is_silhouette":false,"width":256,'
    b'"url":"https://platform-lookaside.example.com/platform/profilepic/?asid=%b&height=256&width=256"}}}'
)


_APPS_OWN = Answer(200, _json({"access_token": _APP_TOKEN.decode(), "token_type": "bearer"}))


def _googles(path: bytes, user: str, client_id: str) -> Answer:
    """Return what Google says of a token, and of its user: to everybody who has it, whichever app it was issued to."""
    email = {"email": f"ada{user}@example.com", "email_verified": True}
    if path.endswith(b"/userinfo"):
        names = {"name": f"Ada{user} Lovelace", "given_name": f"Ada{user}", "family_name": "Lovelace"}
        return Answer(200, _json({"sub": user, "id": user, **names, **email, "picture": "https://example.com/ada.png"}))
    scope = "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile"
    life = {"exp": str(int(time.time()) + 3600), "expires_in": "3599", "access_type": "online"}
    inspected = {"azp": client_id, "aud": client_id, "sub": user, "scope": scope, **life}
    return Answer(200, _json({**inspected, **email, "email_verified": "true"}))


class Provider:
    """Answer what is asked about tokens, each time after `delay_s`, and count how often."""

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.calls = 0
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
                "user_id": "THE_USER",
            }
        }
        self._inspection = _json(inspection).replace(b"THE_USER", b"%b")

    def __call__(self, request: Request, reply: Reply) -> None:
        self.calls += 1
        answer = self._answer(request)
        if self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, reply, answer)
        else:
            reply(answer)

    def _answer(self, request: Request) -> Answer:
        path, _, query = request.url.partition(b"?")
        if path.endswith(b"/oauth/access_token"):
            known = APP_ID.encode() in query and APP_SECRET.encode() in query
            return _APPS_OWN if known else _REFUSED
        # Tokens may come in the query or in the header; what arrived is searched, not parsed.
        seen = query + b" " + request.authorization
        found = _TOKEN.search(seen)
        if found is None:
            return _REFUSED
        app, user = found[1], found[2]
        if path.endswith(b"/debug_token"):
            if _APP_TOKEN not in unquote_to_bytes(seen):
                return _REFUSED
            return Answer(200, self._inspection % user) if app == b"Bench" else _OTHER_APP
        if path.endswith((b"/tokeninfo", b"/userinfo")):
            client_id = CLIENT_ID if app == b"Bench" else "9876543210-other.apps.googleusercontent.com"
            return _googles(path, user.decode(), client_id)
        if proof := _PROOF.search(query):
            expected = hmac.new(_APPS[app][1], found[0], hashlib.sha256).hexdigest().encode()
            if proof[1] != expected:
                return _WRONG_PROOF
        if path.endswith(b"/me"):
            return Answer(200, _PROFILE % ((user,) * 5))
        if path.endswith(b"/app"):
            return Answer(200, _json({"id": _APPS[app][0], "name": "Benchmark"}))
        return _NOT_FOUND
