"""A faithful Apple: keys, the exchange of codes, revocation, and signed notices."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import (
    PEOPLE,
    CodeBinding,
    CodeRefused,
    Codes,
    IdTokenIssuer,
    NoticeSample,
    Person,
    Sample,
    Simulator,
    plain,
)
from accredit_apple.simulator import answers
from accredit_apple.simulator.codes import LIFE_S, NATIVE, Login, code_samples, fixed, refusal_of
from accredit_apple.simulator.notices import make_event, make_notice, notice_samples
from accredit_apple.simulator.team import (
    BUNDLE_ID,
    KEY_ID,
    PRIVATE_KEY,
    REDIRECT_URI,
    SERVICES_ID,
    TEAM_ID,
    is_client_secret,
)
from accredit_apple.simulator.tokens import id_token_samples, make_claims

_FORM = "application/x-www-form-urlencoded"


class AppleSimulator(Simulator):
    """Apple, as far as our strategy can see."""

    strategy = "apple"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims)
        self._numbers = itertools.count(1)
        self.refresh_tokens: set[str] = set()
        """Those that live."""
        self._codes: Codes[Login] = Codes("csim-{}.0.mr", lives_s=LIFE_S, clock=clock)
        for someone in PEOPLE:
            self._codes.fix(fixed(someone), Login(person=someone), NATIVE)
        self._code_samples = tuple(code_samples(self._codes))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample team."""
        return {
            "client_ids": [BUNDLE_ID, SERVICES_ID],
            "team_id": TEAM_ID,
            "key_id": KEY_ID,
            "private_key": PRIVATE_KEY,
            "redirect_uris": [REDIRECT_URI],
            "token_url": f"{base_url}/auth/token",
            "revoke_url": f"{base_url}/auth/revoke",
            "jwks_url": f"{base_url}/auth/keys",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Apple's endpoints."""
        return [
            Route("/auth/keys", self._keys, methods=["GET"]),
            Route("/auth/token", self._token, methods=["POST"]),
            Route("/auth/revoke", self._revoke, methods=["POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return ID tokens minted now, and codes."""
        return [*id_token_samples(self.id_tokens), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return the codes, which are good once."""
        return {fixed(one): f"{one.name} signs in, by a code of {BUNDLE_ID}" for one in PEOPLE}

    def new_code(
        self,
        someone: Person,
        *,
        client_id: str = BUNDLE_ID,
        redirect_uri: str | None = None,
        verifier: str | None = None,
        claims: Mapping[str, object] | None = None,
    ) -> str:
        """Return a code of a login that begins now. `claims` are those of the ID token that differ, such as a nonce."""
        binding = CodeBinding(client_id=client_id, redirect_uri=redirect_uri, code_verifier=verifier)
        return self._codes.new(Login(person=someone, claims=claims or {}), binding)

    def notices(self) -> Sequence[NoticeSample]:
        """Return what is posted when somebody leaves, or switches the forwarding of mail."""
        return list(notice_samples(self.id_tokens))

    def notice(self, event: dict[str, object] | str, **changes: object) -> bytes:
        """Return the body of a notice with an id of its own; `changes` are claims that differ, None leaves one out."""
        return make_notice(self.id_tokens, event, **{"jti": f"sim-{next(self._numbers)}", **changes})

    def event(self, kind: str, someone: Person = PEOPLE[0], **more: object) -> dict[str, object]:
        """Return what a notice says."""
        return make_event(kind, someone, now=self.clock(), **more)

    async def _keys(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()

    async def _token(self, request: Request) -> Response:
        given = await _form(request)
        if not {"client_id", "client_secret", "grant_type"} <= given.keys():
            return answers.INVALID_REQUEST.response()
        if not self._knows(given):
            return answers.INVALID_CLIENT.response()
        if given["grant_type"] != "authorization_code":
            return answers.UNSUPPORTED_GRANT_TYPE.response()
        if "code" not in given:
            return answers.INVALID_REQUEST.response()
        return self._exchange(given["code"], given)

    def _exchange(self, value: str, given: Mapping[str, str]) -> Response:
        client_id, uri = given["client_id"], given.get("redirect_uri")
        shown = CodeBinding(client_id=client_id, redirect_uri=uri, code_verifier=given.get("code_verifier"))
        try:
            login = self._codes.redeem(value, shown)
        except CodeRefused as refused:
            return refusal_of(refused.why).response()
        refresh_token = f"rsim-{next(self._numbers)}.0.mr.{login.person.key}"
        self.refresh_tokens.add(refresh_token)
        return JSONResponse(
            {
                "access_token": f"asim.0.mr.{login.person.key}",
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_token": refresh_token,
                "id_token": self.id_tokens.mint(login.person, changes={"aud": client_id, **login.claims}),
            }
        )

    async def _revoke(self, request: Request) -> Response:
        given = await _form(request)
        if not {"client_id", "client_secret", "token"} <= given.keys():
            return answers.INVALID_REQUEST.response()
        if not self._knows(given):
            return answers.INVALID_CLIENT.response()
        if given.get("token_type_hint", "access_token") not in {"access_token", "refresh_token"}:
            return answers.INVALID_REQUEST.response()
        self.refresh_tokens.discard(plain(given["token"]))
        return Response()  # for one that it does not know, too

    def _knows(self, given: Mapping[str, str]) -> bool:
        return is_client_secret(given["client_secret"], client_id=given["client_id"], now=self.clock())


async def _form(request: Request) -> dict[str, str]:
    """Return the parameters that are there once; none where the body is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        return {}
    form = parse_qs((await request.body()).decode("latin-1"))
    return {name: values[0] for name, values in form.items() if len(values) == 1}
