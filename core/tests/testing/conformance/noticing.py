"""A strategy that reads notices and gets everything right, and its simulator.

Some are signed by our secret, in a header, and say in JSON what has happened. Others are security event tokens.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.tests.testing.conformance.good import APP_ID, FOREIGN_APP_ID, ISSUER, SECRET, Good, GoodSimulator, GoodSuite
from core.tests.testing.conformance.good import user_id as user_id_of

from accredit.errors import InvalidNotice
from accredit.notices import MOST_REPLAYABLE_S, Notice, NoticeAnswer, NoticeEvent, NoticeRequest, json_object
from accredit.strategy import VerifyContext
from accredit.testing import PEOPLE, NoticeSample, Simulator

FOREIGN_SECRET = "kit-app-secret-of-others"
TOKEN = "application/secevent+jwt"
LEFT = "https://good.example/left"


class Noticing(Good):
    """A header `x-good-mac`, the HMAC of the body; or a token, verified by the provider's keys."""

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        self.check_method(request)
        if request.header("content-type") == TOKEN:
            return await self.read_token(request.body.decode("latin-1"), ctx)
        self.check_mac(request)
        return self.notice(self.said(request.body), request)

    def check_method(self, request: NoticeRequest) -> None:
        if request.method != "POST":
            raise InvalidNotice("not by POST")

    def check_mac(self, request: NoticeRequest) -> None:
        expected = self.mac(request.body)
        if not hmac.compare_digest(request.header("x-good-mac").encode("utf-8", "replace"), expected.encode()):
            raise InvalidNotice("wrong signature")

    def mac(self, body: bytes) -> str:
        return hmac.new(self.settings.app_secret.get_secret_value().encode(), body, "sha256").hexdigest()

    def said(self, body: bytes) -> Mapping[str, Any]:
        return json_object(body)

    def notice(self, said: Mapping[str, Any], request: NoticeRequest) -> Notice:
        return Notice(
            id=self.notice_id(said, request),
            audience=(self.settings.app_id,),
            events=self.events(said["users"]),
            answer=NoticeAnswer(204),
            replayable_s=self.replayable_s(),
        )

    def notice_id(self, said: Mapping[str, Any], request: NoticeRequest) -> str | None:
        return str(said["id"])

    def replayable_s(self) -> int:
        return MOST_REPLAYABLE_S

    def events(self, users: Sequence[str]) -> tuple[NoticeEvent, ...]:
        return tuple(NoticeEvent("consent_revoked", one, {"reason": "asked"}) for one in users)

    async def read_token(self, token: str, ctx: VerifyContext) -> Notice:
        found = await ctx.verify_event_token(token, issuers=(ISSUER,), jwks_url=self.settings.jwks_url)
        return Notice(
            id=found.id,
            audience=self.audience(found.audience.aud),
            events=self.events([found.events[LEFT]["user"]]),
            answer=NoticeAnswer(202),
            replayable_s=8 * 86_400,
        )

    def audience(self, named: tuple[str, ...]) -> tuple[str, ...]:
        return named


class NoticingSimulator(GoodSimulator):
    """Both ways, for two people."""

    def notices(self) -> Sequence[NoticeSample]:
        ada, grace = PEOPLE[:2]
        both = [user_id_of(ada), user_id_of(grace)]
        return [
            signed("left", [both[0]]),
            signed("both", both),
            signed("foreign", [both[0]], secret=FOREIGN_SECRET, expected="invalid_notice", is_foreign=True),
            self.token("token", both[0]),
            self.token("token-of-another", both[1]),
            self.token("foreign-token", both[0], aud=FOREIGN_APP_ID),
        ]

    def token(self, name: str, user: str, **changes: object) -> NoticeSample:
        without: dict[str, object] = dict.fromkeys(("sub", "exp"))
        said = {"jti": name, "events": {LEFT: {"user": user}}}
        token = self.issuer.mint(PEOPLE[0], changes={**without, **said, **changes}, header={"typ": "secevent+jwt"})
        return NoticeSample(
            name=name,
            about="",
            headers={"content-type": TOKEN},
            body=token.encode(),
            proof=token.rpartition(".")[2],
            events=(NoticeEvent("consent_revoked", user),),
            expected="invalid_notice" if changes else "accepted",
            is_foreign=bool(changes),
        )


def signed(name: str, users: list[str], *, secret: str = SECRET, **more: Any) -> NoticeSample:
    """Return a notice that a secret has signed."""
    body = json.dumps({"id": name, "app_id": APP_ID, "users": users}).encode()
    mac = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return NoticeSample(
        name=name,
        about="",
        headers={"content-type": "application/json", "x-good-mac": mac},
        body=body,
        proof=mac,
        events=tuple(NoticeEvent("consent_revoked", one, {"reason": "asked"}) for one in users),
        **more,
    )


class NoticingSuite(GoodSuite):
    """The suite of a strategy that reads notices."""

    strategy = Noticing
    simulator: ClassVar[type[Simulator]] = NoticingSimulator
