"""The floor's server: one client, one connection, one key; a login and its refresh."""

import asyncio
import hashlib
import json
import secrets
import time
from typing import Any

from tests.benchmarks.floor.rows import Row, Rows
from tests.benchmarks.floor.signing import Signer
from tests.benchmarks.floor.verification import NotOurs, Verification
from tests.benchmarks.wire import Answer, Reply, Request, listen

ISSUER = "https://login.example.com/"
_SCOPES = {"openid", "profile", "email", "offline_access"}
_LOGIN = ("client_id", "access_token", "connection")
_REFRESH = ("client_id", "refresh_token")
_MONTH_S = 2_592_000


class RefusedError(Exception):
    """Answer with this status and error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.answer = Answer(status, json.dumps({"error": error, "error_description": error}).encode())


class Floor:
    """Answer `POST /oauth/access_token` and the refresh grant of `POST /oauth/token`."""

    def __init__(self, *, verify: Verification, rows: Rows, signer: Signer) -> None:
        self._verify = verify
        self._rows = rows
        self._signer = signer
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: Request, reply: Reply) -> None:
        task = asyncio.create_task(self._respond(request, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _respond(self, request: Request, reply: Reply) -> None:
        try:
            parameters = json.loads(request.body)
            if request.url == b"/oauth/access_token":
                reply(await self._log_in(parameters))
            else:
                reply(await self._refresh(parameters))
        except RefusedError as exc:
            reply(exc.answer)
        except NotOurs:
            reply(RefusedError(401, "invalid_request").answer)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            reply(RefusedError(503, f"{type(exc).__name__}: {exc}").answer)

    async def _log_in(self, parameters: dict[str, Any]) -> Answer:
        _require(parameters, _LOGIN)
        if parameters["client_id"] != "bench" or parameters["connection"] != "facebook":
            raise RefusedError(400, "invalid_request")
        profile = await self._verify(parameters["access_token"])
        scopes = [scope for scope in parameters.get("scope", "").split() if scope in _SCOPES]
        now = int(time.time())
        return await self._issue(
            Row(
                hash=b"",
                family=secrets.token_hex(16),
                client_id=parameters["client_id"],
                subject=f"facebook|{profile['id']}",
                scope=" ".join(scopes),
                profile=json.dumps(profile),
                issued_at=now,
                expires_at=now + _MONTH_S,
            ),
            profile,
        )

    async def _refresh(self, parameters: dict[str, Any]) -> Answer:
        _require(parameters, _REFRESH)
        digest = hashlib.sha256(parameters["refresh_token"].encode()).digest()
        row = self._rows.find(digest)
        now = int(time.time())
        if row is None or row.client_id != parameters["client_id"] or row.expires_at <= now:
            raise RefusedError(403, "invalid_grant")
        return await self._issue(row, json.loads(row.profile), instead_of=digest)

    async def _issue(self, login: Row, profile: dict[str, Any], *, instead_of: bytes | None = None) -> Answer:
        now = int(time.time())
        refresh_token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(refresh_token.encode()).digest()
        row = Row(
            digest, login.family, login.client_id, login.subject, login.scope, login.profile, now, login.expires_at
        )
        saving = self._rows.save(row, instead_of=instead_of)  # the disk works while we sign
        access_token, id_token = self._sign(row, profile, now)
        await saving
        body = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 86_400,
            "scope": row.scope,
            "id_token": id_token,
            "refresh_token": refresh_token,
        }
        return Answer(200, json.dumps(body, separators=(",", ":")).encode())

    def _sign(self, row: Row, profile: dict[str, Any], now: int) -> tuple[str, str]:
        common = {"iss": ISSUER, "sub": row.subject, "iat": now}
        access = {"aud": ISSUER, "exp": now + 86_400, "jti": secrets.token_urlsafe(16), "client_id": row.client_id}
        access_token = self._signer.jwt("at+jwt", {**common, **access, "scope": row.scope})
        identity = {
            "aud": row.client_id,
            "exp": now + 36_000,
            "auth_time": row.issued_at,
            "at_hash": self._signer.at_hash(access_token),
            "name": profile["name"],
            "given_name": profile["first_name"],
            "family_name": profile["last_name"],
            "picture": profile["picture"]["data"]["url"],
            "email": profile["email"],
            "email_verified": False,
        }
        return access_token, self._signer.jwt("JWT", {**common, **identity})


def _require(parameters: dict[str, Any], names: tuple[str, ...]) -> None:
    if any(type(parameters.get(name)) is not str for name in names):
        raise RefusedError(400, "invalid_request")


async def serve(*, port: int, provider_port: int, database: str, alg: str, cached: bool) -> None:
    verify = Verification(provider_port=provider_port, cached=cached)
    floor = Floor(verify=verify, rows=Rows(database), signer=Signer(alg))
    server, _ = await listen(floor, port=port)
    await server.serve_forever()
