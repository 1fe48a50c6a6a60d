"""A faithful Apple: keys, the exchange of codes, revocation, and signed notices."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import PEOPLE, IdTokenIssuer, NoticeSample, Person, Sample, Simulator, plain
from accredit_apple.simulator import answers
from accredit_apple.simulator.codes import LIFE_S, Code, begun, code_samples, fixed, s256
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
        self._codes: dict[str, Code | None] = {}
        """None: it was used."""
        self.refresh_tokens: set[str] = set()
        """Those that live."""
        for someone in PEOPLE:
            self._add(fixed(someone), someone, lives_s=float("inf"))
        for sample in code_samples():
            self._add(sample.credential, PEOPLE[0], lives_s=float("inf"), **begun(sample.name))

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
        return [*id_token_samples(self.id_tokens), *code_samples()]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with a new one."""
        if sample.field != "code":
            return sample
        code = self.new_code(PEOPLE[0], **begun(sample.name))
        return replace(sample, parameters={**sample.parameters, "code": code})

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
        code = f"csim-{next(self._numbers)}.0.mr.{someone.key}"
        self._add(code, someone, client_id=client_id, redirect_uri=redirect_uri, verifier=verifier, claims=claims)
        return code

    def _add(
        self,
        code: str,
        someone: Person,
        *,
        client_id: str = BUNDLE_ID,
        redirect_uri: str | None = None,
        verifier: str | None = None,
        claims: Mapping[str, object] | None = None,
        lives_s: float = LIFE_S,
    ) -> None:
        self._codes[code] = Code(
            person=someone,
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=None if verifier is None else s256(verifier),
            ends_at=self.clock() + lives_s,
            claims=dict(claims or {}),
        )

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
        return self._exchange(plain(given["code"]), given)

    def _exchange(self, value: str, given: Mapping[str, str]) -> Response:
        if value not in self._codes:
            return answers.INVALID_GRANT.response()
        code = self._codes[value]
        if code is None:
            return answers.USED_CODE.response()
        if code.client_id != given["client_id"]:
            return answers.FOREIGN_CODE.response()
        self._codes[value] = None
        uri, verifier = given.get("redirect_uri"), given.get("code_verifier")
        if not code.is_good(redirect_uri=uri, verifier=verifier, now=self.clock()):
            return answers.INVALID_GRANT.response()
        refresh_token = f"rsim-{next(self._numbers)}.0.mr.{code.person.key}"
        self.refresh_tokens.add(refresh_token)
        return JSONResponse(
            {
                "access_token": f"asim.0.mr.{code.person.key}",
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_token": refresh_token,
                "id_token": self.id_tokens.mint(code.person, changes={"aud": code.client_id, **code.claims}),
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
