"""Signed notices, as Apple posts them: each type in each spelling."""

import json
from collections.abc import Iterator, Mapping

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent, NoticeKind
from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, NoticeSample, Person, person
from accredit_apple.simulator.team import FOREIGN, SERVICES_ID
from accredit_apple.simulator.tokens import subject

_OF_ID_TOKENS = ("sub", "auth_time", "nonce_supported", "email", "email_verified")
"""Claims that a notice does not have."""


def make_notice(apple: IdTokenIssuer, event: dict[str, object] | str, **changes: object) -> bytes:
    """Return the body of a notice; `changes` are claims that differ, None leaves one out."""
    said = event if isinstance(event, str) else json.dumps(event)
    without: dict[str, object] = dict.fromkeys(_OF_ID_TOKENS)
    return json.dumps({"payload": apple.mint(PEOPLE[0], changes={**without, "events": said, **changes})}).encode()


def make_event(kind: str, someone: Person, *, now: float, **more: object) -> dict[str, object]:
    """Return what a notice says; its time is in milliseconds."""
    return {"type": kind, "sub": subject(someone), "event_time": int(now * 1000), **more}


def notice_samples(apple: IdTokenIssuer) -> Iterator[NoticeSample]:
    """Yield what Apple may post now: genuine ones first."""
    ada, grace, now = person("ada"), person("grace"), int(apple.clock())
    address = {"email": "sim@privaterelay.appleid.com", "is_private_email": "true"}
    told: tuple[tuple[str, NoticeKind, dict[str, str | int | bool]], ...] = (
        ("consent-revoked", "consent_revoked", {}),
        ("account-delete", "account_deleted", {}),
        ("account-deleted", "account_deleted", {}),
        ("email-enabled", "email_relay_changed", {"enabled": True, "email": address["email"]}),
        ("email-disabled", "email_relay_changed", {"enabled": False, "email": address["email"]}),
    )
    for spelling, kind, facts in told:
        more = address if "email" in facts else {}
        event = make_event(spelling, ada, now=now, **more)
        read = (NoticeEvent(kind, subject(ada), {**facts, "event_time": now}),)
        yield _sample(apple, spelling, "as Apple says it", event, events=read)
    left = make_event("consent-revoked", grace, now=now)
    read = (NoticeEvent("consent_revoked", subject(grace)),)
    yield _sample(apple, "another-user", "Grace leaves, too", left, events=read)
    yield _sample(apple, "web", "she leaves the web app", left, events=read, changes={"aud": SERVICES_ID})
    yield _sample(apple, "unknown", "of a type that is not known here", make_event("owner-changed", ada, now=now))
    refused: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("foreign", "of another team's app", {"aud": FOREIGN}),
        ("stale", "its time has ended", {"iat": now - 60, "exp": now}),
        ("another-issuer", "not by Apple's name", {"iss": "https://apple.example"}),
    )
    for name, about, changes in refused:
        yield _sample(apple, name, about, left, expected=InvalidNotice.reason, changes=changes)


def _sample(
    apple: IdTokenIssuer,
    name: str,
    about: str,
    event: dict[str, object],
    *,
    events: tuple[NoticeEvent, ...] = (),
    expected: str = ACCEPTED,
    changes: Mapping[str, object] | None = None,
) -> NoticeSample:
    body = make_notice(apple, event, **{"jti": f"sim-{name}", **(changes or {})})
    return NoticeSample(
        name=name,
        about=about,
        headers={"content-type": "application/json"},
        body=body,
        proof=json.loads(body)["payload"].rpartition(".")[2],
        events=events,
        expected=expected,
        is_foreign=(changes or {}).get("aud") == FOREIGN,
    )
