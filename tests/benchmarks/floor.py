"""The floor: one exchange by hand, with the work that cannot be left out and nothing else.

Read the request, ask the provider both questions at once, check its answers, sign an access token and an ID
token, store a refresh token durably, answer. No framework, no plugins, no settings, no logs. What `accredit serve`
reaches is compared with this.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import uvloop
from tests.benchmarks.provider import APP_ID, APP_SECRET
from tests.benchmarks.rows import Row, Rows
from tests.benchmarks.signing import ALGORITHMS, Signer
from tests.benchmarks.wire import Answer, Pool, Reply, Request, listen

ISSUER = "https://login.example.com/"
_FIELDS = "id,name,first_name,last_name,email,picture.width(256).height(256)"
_SCOPES = {"openid", "profile", "email", "offline_access"}
_CONNECTIONS = 4000
"""To the provider: never what a request waits for, two for each of the most that can be in flight."""
_STRINGS = ("client_id", "access_token", "connection")


class RefusedError(Exception):
    """Answer with this status and error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.answer = Answer(status, json.dumps({"error": error, "error_description": error}).encode())


class Floor:
    """The server: one client, one connection, one key."""

    def __init__(self, *, provider_port: int, database: str, alg: str) -> None:
        self._pool = Pool(provider_port, limit=_CONNECTIONS)
        self._rows = Rows(database)
        self._signer = Signer(alg)
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: Request, reply: Reply) -> None:
        task = asyncio.create_task(self._respond(request, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _respond(self, request: Request, reply: Reply) -> None:
        try:
            reply(await self._exchange(request))
        except RefusedError as exc:
            reply(exc.answer)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            reply(RefusedError(503, f"{type(exc).__name__}: {exc}").answer)

    async def _exchange(self, request: Request) -> Answer:
        parameters = json.loads(request.body)
        if request.url != b"/oauth/access_token" or any(type(parameters.get(key)) is not str for key in _STRINGS):
            raise RefusedError(400, "invalid_request")
        if parameters["client_id"] != "bench" or parameters["connection"] != "facebook":
            raise RefusedError(400, "invalid_request")
        profile = await self._verify(parameters["access_token"])
        scopes = [scope for scope in parameters.get("scope", "").split() if scope in _SCOPES]
        return await self._issue(profile, parameters["client_id"], " ".join(scopes))

    async def _verify(self, token: str) -> dict[str, Any]:
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        inspecting = self._pool.send(
            _get(f"/v25.0/debug_token?input_token={token}&access_token={APP_ID}%7C{APP_SECRET}")
        )
        asking = self._pool.send(_get(f"/v25.0/me?fields={_FIELDS}&access_token={token}&appsecret_proof={proof}"))
        inspected, asked = await inspecting, await asking
        if inspected.status != 200 or asked.status != 200:
            raise RefusedError(401, "invalid_request")
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
            raise RefusedError(401, "invalid_request")
        return profile

    async def _issue(self, profile: dict[str, Any], client_id: str, scope: str) -> Answer:
        now = int(time.time())
        subject = f"facebook|{profile['id']}"
        refresh_token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(refresh_token.encode()).digest()
        row = Row(digest, secrets.token_hex(16), client_id, subject, scope, now, now + 2_592_000)
        saving = self._rows.save(row)  # the disk works while we sign
        access_token = self._signer.jwt(
            "at+jwt",
            {
                "iss": ISSUER,
                "sub": subject,
                "aud": ISSUER,
                "exp": now + 86_400,
                "iat": now,
                "jti": secrets.token_urlsafe(16),
                "client_id": client_id,
                "scope": scope,
            },
        )
        id_token = self._signer.jwt(
            "JWT",
            {
                "iss": ISSUER,
                "sub": subject,
                "aud": client_id,
                "exp": now + 36_000,
                "iat": now,
                "auth_time": now,
                "at_hash": self._signer.at_hash(access_token),
                "name": profile["name"],
                "given_name": profile["first_name"],
                "family_name": profile["last_name"],
                "picture": profile["picture"]["data"]["url"],
                "email": profile["email"],
                "email_verified": False,
            },
        )
        await saving
        body = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 86_400,
            "scope": scope,
            "id_token": id_token,
            "refresh_token": refresh_token,
        }
        return Answer(200, json.dumps(body, separators=(",", ":")).encode())


def _get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode("ascii")


async def serve(*, port: int, provider_port: int, database: str, alg: str) -> None:
    server, _ = await listen(Floor(provider_port=provider_port, database=database, alg=alg), port=port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.floor", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--provider-port", type=int, required=True)
    parser.add_argument("--database", required=True, metavar="FILE", help="a SQLite file that does not exist yet")
    parser.add_argument("--alg", choices=ALGORITHMS, default="RS256")
    chosen = parser.parse_args()
    uvloop.run(serve(port=chosen.port, provider_port=chosen.provider_port, database=chosen.database, alg=chosen.alg))


if __name__ == "__main__":
    main()
