"""The security event tokens of the simulated Google.

Source: https://developers.google.com/identity/protocols/risc
"""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.errors import InvalidNotice
from accredit.notices import NoticeEvent
from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, NoticeSample, Person, person
from accredit_google_oauth2.simulator.tokens import ANDROID, FOREIGN, WEB, subject

RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
ISSUER = "https://accounts.google.com/"
"""With a slash, other than in ID tokens."""
_WEEK_S = 7 * 86_400


def user(someone: Person, subject_type: str = "iss-sub") -> dict[str, Any]:
    """Return the subject of an event about a user."""
    return {"subject_type": subject_type, "iss": ISSUER, "sub": subject(someone)}


def mint(google: IdTokenIssuer, events: Mapping[str, Any], /, *, jti: str | None, **changes: object) -> str:
    """Return a token for both clients of our project; `changes` are claims that differ, None leaves one out.

    It never ends, so it has no `exp`.
    """
    of_id_tokens = dict.fromkeys(google.claims(PEOPLE[0]))
    claims = {"iss": ISSUER, "aud": [WEB, ANDROID], "iat": int(google.clock()), "jti": jti, "events": events}
    return google.mint(PEOPLE[0], changes={**of_id_tokens, **claims, **changes}, header={"typ": "secevent+jwt"})


def notice_samples(google: IdTokenIssuer) -> Iterator[NoticeSample]:
    """Yield what Google may post now: genuine ones first."""
    ada, now = person("ada"), int(google.clock())
    hers, of_a_token = {"subject": user(ada)}, {"subject_type": "oauth_token", "token_type": "refresh_token"}
    ended, prefix = NoticeEvent("sessions_revoked", subject(ada)), "1//0simprefix000"
    by_prefix, by_hash = ({"token_identifier_alg": one} for one in ("prefix", "hash_base64_sha512_sha512"))
    told: tuple[tuple[str, str, Mapping[str, Any], NoticeEvent | None], ...] = (
        ("sessions-revoked", f"{RISC}sessions-revoked", hers, ended),
        ("tokens-revoked", f"{OAUTH}tokens-revoked", {"subject": user(ada, "id_token_claims")}, ended),
        (
            "token-by-prefix",
            f"{OAUTH}token-revoked",
            {"subject": {**of_a_token, **by_prefix, "token": prefix}},
            NoticeEvent("token_revoked", facts={"token_prefix": prefix}),
        ),
        (
            "token-by-hash",
            f"{OAUTH}token-revoked",
            {"subject": {**of_a_token, **by_hash, "token": "c2ltLWhhc2g="}},
            NoticeEvent("token_revoked", facts={"token_hash": "c2ltLWhhc2g="}),
        ),
        (
            "hijacked",
            f"{RISC}account-disabled",
            {**hers, "reason": "hijacking"},
            NoticeEvent("account_disabled", subject(ada), {"reason": "hijacking"}),
        ),
        (
            "bulk-account",
            f"{RISC}account-disabled",
            {**hers, "reason": "bulk-account"},
            NoticeEvent("account_disabled", subject(ada), {"reason": "bulk-account"}),
        ),
        ("disabled", f"{RISC}account-disabled", hers, NoticeEvent("account_disabled", subject(ada))),
        ("enabled", f"{RISC}account-enabled", hers, NoticeEvent("account_enabled", subject(ada))),
        (
            "credential-change",
            f"{RISC}account-credential-change-required",
            hers,
            NoticeEvent("credential_change_required", subject(ada)),
        ),
        ("verification", f"{RISC}verification", {"state": "sim"}, NoticeEvent("test", facts={"state": "sim"})),
        ("unknown", f"{RISC}opt-in", hers, None),
    )
    for name, event, said, read in told:
        yield _sample(google, name, "as Google says it", {event: said}, events=() if read is None else (read,))
    grace = {f"{RISC}sessions-revoked": {"subject": user(person("grace"))}}
    hers_ended = (NoticeEvent("sessions_revoked", subject(person("grace"))),)
    for name, about, changes in (
        ("another-user", "of Grace, too", {}),
        ("one-client", "to one client of ours", {"aud": WEB}),
        ("a-client-more", "to a client of the project that is not listed here", {"aud": [FOREIGN, WEB]}),
        ("bare-issuer", "Google's name as an example of its page has it", {"iss": "accounts.google.com"}),
        ("with-an-end", "an end that is not to be looked at", {"exp": now - 1}),
    ):
        yield _sample(google, name, about, grace, events=hers_ended, **changes)
    for name, about, changes in (
        ("foreign", "of another project", {"aud": [FOREIGN]}),
        ("stale", "a week old", {"iat": now - _WEEK_S}),
        ("another-issuer", "not by Google's name", {"iss": "https://accounts.google.example/"}),
    ):
        yield _sample(google, name, about, grace, expected=InvalidNotice.reason, **changes)


def _sample(
    google: IdTokenIssuer,
    name: str,
    about: str,
    said: Mapping[str, Any],
    *,
    events: tuple[NoticeEvent, ...] = (),
    expected: str = ACCEPTED,
    **changes: object,
) -> NoticeSample:
    token = mint(google, said, jti=f"sim-{name}", **changes)
    return NoticeSample(
        name=name,
        about=about,
        headers={"content-type": "application/secevent+jwt"},
        body=token.encode(),
        proof=token.rpartition(".")[2],
        events=events,
        expected=expected,
        is_foreign=changes.get("aud") == [FOREIGN],
    )
