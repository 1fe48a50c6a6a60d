"""What Google tells of its own accord, in a signed security event token: Cross-Account Protection, or RISC.

Source: https://developers.google.com/identity/protocols/risc
"""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.errors import InvalidNotice
from accredit.models import is_user_id
from accredit.notices import NoticeEvent, NoticeKind, NoticeRequest

ISSUERS = ("https://accounts.google.com/", "https://accounts.google.com", "accounts.google.com")
"""Google's page writes its name with a slash in a token, and bare in an example that verifies one; ID tokens have the
one in between. Only Google's keys sign for any of them."""

_RISC = "https://schemas.openid.net/secevent/risc/event-type/"
_OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
_KINDS: Mapping[str, NoticeKind] = {
    f"{_RISC}sessions-revoked": "sessions_revoked",
    # All tokens of the user that our project has; of a login by Google, the page wants the sessions to be ended.
    f"{_OAUTH}tokens-revoked": "sessions_revoked",
    f"{_OAUTH}token-revoked": "token_revoked",
    f"{_RISC}account-disabled": "account_disabled",
    f"{_RISC}account-enabled": "account_enabled",
    f"{_RISC}account-credential-change-required": "credential_change_required",
    f"{_RISC}verification": "test",
}
_TOKEN_FACTS = {"prefix": "token_prefix", "hash_base64_sha512_sha512": "token_hash"}
"""How an event names a refresh token, and the fact that says it: its first 16 characters, or its SHA-512, twice."""


def read_token(request: NoticeRequest) -> str:
    """Return the signed text that Google has posted, which is the whole body. Its media type decides nothing.

    Raises:
        InvalidNotice: there is none.
    """
    if request.method != "POST":
        raise InvalidNotice("not by POST")
    try:
        return request.body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise InvalidNotice("the body is no JWT") from None


def read_events(events: Mapping[str, Any]) -> Iterator[NoticeEvent]:
    """Yield the events of a verified token, without those of types that are not known here.

    Raises:
        InvalidNotice: one of a known type is malformed, or names nobody.
    """
    for event_type, said in events.items():
        if (kind := _KINDS.get(event_type)) is None:
            continue
        if not isinstance(said, dict):
            raise InvalidNotice("an event is no object")
        yield _read_test(said) if kind == "test" else _read_event(kind, said)


def _read_test(said: Mapping[str, Any]) -> NoticeEvent:
    state = said.get("state")
    return NoticeEvent("test", facts={"state": state} if isinstance(state, str) else {})


def _read_event(kind: NoticeKind, said: Mapping[str, Any]) -> NoticeEvent:
    facts: dict[str, str | int | bool] = {}
    if isinstance(said.get("reason"), str):
        facts["reason"] = said["reason"]
    subject = said.get("subject")
    if not isinstance(subject, dict):
        raise InvalidNotice("subject is missing, or no object")
    subject_type = subject.get("subject_type")
    if subject_type == "oauth_token" and kind == "token_revoked":
        return NoticeEvent(kind, facts={**facts, **_token_facts(subject)})
    if subject_type not in ("iss-sub", "id_token_claims"):
        raise InvalidNotice("subject_type names no user")
    issuer, user_id = subject.get("iss"), subject.get("sub")
    if not isinstance(issuer, str) or issuer not in ISSUERS:
        raise InvalidNotice("the subject is somebody else's user")
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise InvalidNotice("sub of the subject is missing, or no id")
    return NoticeEvent(kind, user_id, facts)


def _token_facts(subject: Mapping[str, Any]) -> Mapping[str, str]:
    """Return which token it is; nothing where it is said in a way that is not known here."""
    algorithm, token = subject.get("token_identifier_alg"), subject.get("token")
    fact = _TOKEN_FACTS.get(algorithm) if isinstance(algorithm, str) else None
    return {fact: token} if fact is not None and isinstance(token, str) else {}
