"""A simulated Octo: it tells nobody whether a token is dead or another app's."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.errors import InvalidProviderToken, ProviderRateLimited, ProviderUserBlocked
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, Simulator, person, plain

CLIENT_ID, CLIENT_SECRET = "octo-sample-app", "octo-sample-secret"
_DEAD = InvalidProviderToken.reason
_KINDS = {
    "good": ("signs in", ACCEPTED),
    "noscope": ("may not ask for addresses", ACCEPTED),
    "revoked": ("withdrawn by its user", _DEAD),
    "theirs": ("minted for another app", _DEAD),
    "suspended": ("of somebody who is locked out", ProviderUserBlocked.reason),
    "limited": ("after too many calls", ProviderRateLimited.reason),
}


def _no(status: int, message: str, **headers: str) -> Response:
    return JSONResponse({"message": message, "status": str(status)}, status, headers)


class OctoSimulator(Simulator):
    strategy = "octo"

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self._tokens = {f"gho_sim_{kind}_{one.key}": (kind, one) for kind in _KINDS for one in PEOPLE}

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "api_url": base_url}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/applications/{client_id}/token", self._check, methods=["POST"]),
            Route("/user", self._user),
            Route("/user/emails", self._emails),
        ]

    def samples(self) -> Sequence[Sample]:
        return list(self._samples())

    def _samples(self) -> Iterator[Sample]:
        for token, (kind, one) in self._tokens.items():
            about, expected = _KINDS[kind]
            claims = {"sub": f"octo|{one.number}", "preferred_username": one.screen_name}
            if kind == "good" and one.email:
                claims |= {"email": one.email}
            yield Sample(
                name=f"{kind}-{one.key}",
                about=about,
                parameters={"access_token": token},
                expected=expected,
                claims=claims if expected == ACCEPTED else {},
                is_foreign=kind == "theirs",
            )

    async def _check(self, request: Request) -> Response:
        ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {ours}":
            return _no(401, "Bad credentials")
        if request.path_params["client_id"] != CLIENT_ID:
            return _no(404, "Not Found")
        try:
            token = json.loads(await request.body())["access_token"]
        except (ValueError, TypeError, KeyError):
            return _no(422, "Validation Failed")
        kind, one = self._tokens.get(plain(token), ("revoked", person("ada")))
        if kind == "limited":
            return _no(403, "API rate limit exceeded", **{"X-RateLimit-Remaining": "0", "Retry-After": "60"})
        if kind in {"revoked", "theirs"}:
            return _no(404, "Not Found")
        app = {"client_id": CLIENT_ID, "name": "Sample", "url": "https://octo.example/apps/sample"}
        return JSONResponse({"id": 1, "scopes": None, "app": app, "user": _user(one), "expires_at": None})

    async def _user(self, request: Request) -> Response:
        return self._for(request, lambda _, one: JSONResponse({**_user(one), "name": one.name, "email": None}))

    async def _emails(self, request: Request) -> Response:
        return self._for(
            request,
            lambda kind, one: _no(404, "Not Found") if kind == "noscope" else JSONResponse(_addresses(one)),
        )

    def _for(self, request: Request, answer: Callable[[str, Person], Response]) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        kind, one = self._tokens.get(plain(token), ("revoked", person("ada")))
        if scheme != "Bearer" or kind == "revoked":
            return _no(401, "Bad credentials")
        return _no(403, "Sorry. Your account was suspended") if kind == "suspended" else answer(kind, one)


def _user(one: Person) -> dict[str, Any]:
    picture = f"https://octo.example/avatars/{one.number}" if one.has_picture else None
    page = f"https://octo.example/{one.screen_name}"
    return {"login": one.screen_name, "id": one.number, "avatar_url": picture, "html_url": page, "type": "User"}


def _addresses(one: Person) -> list[dict[str, Any]]:
    hidden = f"{one.number}+{one.screen_name}@users.noreply.octo.example"
    found = [{"email": hidden, "primary": False, "verified": True, "visibility": None}]
    if one.email:
        found.append({"email": one.email, "primary": True, "verified": True, "visibility": "private"})
    return found
