"""A simulated Linea. Its access tokens look like JWTs, and are none: their middle is no JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, Person, Sample, Simulator, person, plain
from accredit_linea.strategy import ISSUER

CHANNEL_ID, CHANNEL_SECRET, FOREIGN_CHANNEL_ID = "1440057261", "linea-sample-secret-of-32-letters", "14400572610"
_KINDS = {
    "good": ("signs in", ACCEPTED),
    "dead": ("withdrawn by its user", InvalidProviderToken.reason),
    "stale": ("whose time is over", InvalidProviderToken.reason),
    "theirs": ("minted for another channel", WrongAudience.reason),
}


def _user_id(one: Person) -> str:
    return f"U{one.number:032x}"


class LineaSimulator(Simulator):
    strategy = "linea"
    id_tokens: IdTokenIssuer

    def __init__(self, *, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.id_tokens = self._issuer()
        self._tokens = {_token(kind, one): (kind, one) for kind in _KINDS for one in PEOPLE}

    def _issuer(self) -> IdTokenIssuer:
        return IdTokenIssuer(self.clock, _id_claims, algorithm="ES256")

    def settings(self, base_url: str) -> dict[str, Any]:
        certs = f"{base_url}/oauth2/v2.1/certs"
        return {
            "channel_id": CHANNEL_ID,
            "channel_secret": CHANNEL_SECRET,
            "api_url": base_url,
            "jwks_url": certs,
        }

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/oauth2/v2.1/verify", self._verify),
            Route("/v2/profile", self._profile),
            Route("/oauth2/v2.1/certs", self._certs),
        ]

    def samples(self) -> Sequence[Sample]:
        return [*self._opaque(), *self._signed()]

    def _opaque(self) -> Iterator[Sample]:
        for token, (kind, one) in self._tokens.items():
            about, expected = _KINDS[kind]
            claims = self._claims(one) if expected == ACCEPTED else {}
            parameters = {"access_token": token}
            yield Sample(name=f"{kind}-{one.key}", about=about, parameters=parameters, expected=expected, claims=claims)

    def _signed(self) -> Iterator[Sample]:
        ada = person("ada")
        for one in PEOPLE:
            yield self._id_token("id_token", one, ACCEPTED, claims=self._claims(one))
        yield self._id_token("id_token_of_another_channel", ada, WrongAudience.reason, aud=FOREIGN_CHANNEL_ID)
        yield self._id_token("id_token_expired", ada, InvalidProviderToken.reason, exp=int(self.clock()))

    def _claims(self, one: Person) -> dict[str, Any]:
        return {"sub": f"{self.strategy}|{_user_id(one)}", "name": one.name}

    def _id_token(
        self, name: str, one: Person, expected: str, *, claims: Mapping[str, Any] | None = None, **changes: object
    ) -> Sample:
        parameters = {"access_token": self.id_tokens.mint(one, changes=changes)}
        about = f"an ID token of {one.name}"
        return Sample(
            name=f"{name}-{one.key}", about=about, parameters=parameters, expected=expected, claims=claims or {}
        )

    async def _verify(self, request: Request) -> Response:
        kind, _ = self._tokens.get(plain(request.query_params.get("access_token", "")), ("dead", None))
        if kind == "dead":
            return JSONResponse({"error": "invalid_request", "error_description": "access token expired"}, 400)
        channel = FOREIGN_CHANNEL_ID if kind == "theirs" else CHANNEL_ID
        left_s = 0 if kind == "stale" else 2_591_659
        return JSONResponse({"scope": "profile openid", "client_id": channel, "expires_in": left_s})

    async def _profile(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        kind, one = self._tokens.get(plain(token), ("dead", person("ada")))
        if scheme != "Bearer" or kind == "dead":
            return JSONResponse({"error": "invalid_token", "message": "The access token is not valid"}, 401)
        picture = {"pictureUrl": f"https://profile.linea.example/{one.key}"} if one.has_picture else {}
        return JSONResponse({"userId": _user_id(one), "displayName": one.name, **picture})

    async def _certs(self, _: Request) -> Response:
        return self.id_tokens.jwks_response()


class LineaWebSimulator(LineaSimulator):
    strategy = "linea-web"

    def _issuer(self) -> IdTokenIssuer:
        return IdTokenIssuer(self.clock, _id_claims, secret=CHANNEL_SECRET)

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"channel_id": CHANNEL_ID, "channel_secret": CHANNEL_SECRET, "api_url": base_url}


def _token(kind: str, one: Person) -> str:
    """Return an access token with a header of HS256 and a middle that is no JSON, as the real ones have."""
    return f"eyJhbGciOiJIUzI1NiJ9.sim-{kind}-{one.key}.linea"


def _id_claims(one: Person, now: int) -> dict[str, Any]:
    picture = f"https://profile.linea.example/{one.key}" if one.has_picture else None
    said = {"name": one.name, "picture": picture, "email": one.email, "amr": ["pwd"]}
    return {"iss": ISSUER, "sub": _user_id(one), "aud": CHANNEL_ID, "iat": now, "exp": now + 3600, **said}
