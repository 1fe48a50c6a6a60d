"""What a provider tells us of its own accord, by `POST|GET /notices/<connection>`: a user has left, say.

A strategy reads notices where it overrides two methods of `accredit.strategy.Strategy`, or the first of them::

    async def read_notice(self, request: NoticeRequest, ctx: VerifyContext) -> Notice:
        if request.method != "POST":
            raise InvalidNotice("not by POST")
        signature = request.header("x-acme-signature")                  # names in lower case
        expected = hmac.new(self._secret, request.body, "sha256").hexdigest()
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise InvalidNotice("wrong signature")                      # before a word of the body is believed
        said = json_object(request.body)
        return Notice(
            id=said["delivery"],                                        # None where the provider gives none
            audience=(self.settings.app_id,),                           # whom the notice is for: we, by our secret
            events=(NoticeEvent("consent_revoked", user_id=str(said["user"])),),
            answer=NoticeAnswer(204),
        )

    def confirms(self, code: str) -> bool: ...                          # only with codes for deleted data

What the author of a strategy has to know:

* **Verify first.** Whoever knows the address can write to it. A forgery raises `InvalidNotice`, with a detail for the
  log in your own words; the sender always gets the same 400. `ProviderTokenRejected` of `ctx.verify_event_token` counts
  as that, too. `ProviderUnavailable`, say while a key set cannot be fetched, answers 503, so the provider tries again.
* **Name the audience, do not judge it.** `audience` are the ids that the notice names as its receivers, each a text;
  the engine refuses it unless one of them is a connection's accepted id. Where a secret of ours has signed it, that is
  the id which the secret belongs to.
* **Have no effect.** Return what has happened; the engine looks that nothing happens twice, and acts as the operator
  has chosen (`notice_effects` of the connection). Users are named by the id that `Verification.user_id` has.
* **Answer what the provider wants**, also for users whom nobody here knows. The answer must follow from the request
  alone: one that is repeated is answered by the same method.
* **A test or a challenge** is `NoticeEvent("test")`, with whatever answer the provider asks for.
* **What is none of our business** is a `Notice` without events: verified, answered, and told nobody.
* **Events that you do not know** are left out, not refused: providers add some, and would only send them again.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl

from accredit.errors import InvalidNotice
from accredit.models import is_user_id

__all__ = [
    "NOTICE_KINDS",
    "Notice",
    "NoticeAnswer",
    "NoticeEvent",
    "NoticeKind",
    "NoticeRequest",
    "ProviderNotice",
    "confirmation_code",
    "form_fields",
    "is_confirmation_code",
    "json_object",
]

MOST_BODY_BYTES = 65_536
MOST_QUERY = 16_384
"""Characters."""
MOST_EVENTS = 20
"""Of one notice."""
MOST_REPLAYABLE_S = 10 * 366 * 86_400
_MOST_FIELDS = 100
_MOST_ANSWER = 65_536
_CODE_BYTES = 16
_CODE = re.compile(r"[A-Za-z0-9_-]{43}")

NoticeKind = Literal[
    "consent_revoked",
    "account_deleted",
    "account_disabled",
    "account_enabled",
    "sessions_revoked",
    "token_revoked",
    "credential_change_required",
    "email_relay_changed",
    "data_deletion_requested",
    "subject_changed",
    "test",
]
"""What can have happened.

* `consent_revoked`: the user has removed our app. `account_deleted`: the account at the provider is gone.
* `account_disabled`, `account_enabled`: the provider has locked it, or let it in again.
* `sessions_revoked`: the user is to be logged out everywhere. `token_revoked`: one token of the provider's has ended.
* `credential_change_required`: the provider wants a new password of the user, who may have been attacked.
* `email_relay_changed`: the address that forwards to the user works no more, or works again.
* `data_deletion_requested`: the user wants what we have of that provider to be deleted.
* `subject_changed`: the user's id is another one now. `test`: nothing has; somebody tries whether we listen.
"""
NOTICE_KINDS: frozenset[str] = frozenset(get_args(NoticeKind))

NoticeStatus = Literal[200, 202, 204]
NoticeContentType = Literal["", "application/json", "text/plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRequest:
    """A request that calls itself a notice. It shows nothing in its `repr`: anything of it may be a secret."""

    method: Literal["GET", "POST"]
    url: str
    """Our own address of it, without a query: `https://login.example.com/notices/facebook`."""
    query: str = field(default="", repr=False)
    """As it was sent, without the question mark: at most 16,384 characters, percent-encoded."""
    header: Callable[[str], str] = field(default=lambda _: "", repr=False)
    """Return the header of this name, which is written in lower case: empty where it was not sent, the first where it
    was sent twice."""
    body: bytes = field(default=b"", repr=False)
    """As it was sent: at most 65,536 bytes. What is signed is this, not what was parsed of it."""

    @classmethod
    def of(
        cls,
        *,
        method: Literal["GET", "POST"] = "POST",
        url: str = "https://login.example.com/notices/test",
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> "NoticeRequest":
        """Return one with these headers, for simulators and tests."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method=method, url=url, query=query, header=lambda name: given.get(name, ""), body=body)

    def status_url(self, code: str) -> str:
        """Return where a person reads what has become of a deletion, by its confirmation code."""
        return f"{self.url}/status/{code}"


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """One thing that has happened to a user of the provider's.

    Raises:
        ValueError: the kind is unknown, `user_id` cannot be one, or it is missing where the kind needs it.
    """

    kind: NoticeKind
    user_id: str | None = None
    """As `Verification.user_id` has it. None in a test, and where the provider names a token instead."""
    facts: Mapping[str, str | int | bool] = field(default_factory=dict, repr=False)
    """What else the provider says, such as `reason`, for the hook `provider_notice`; never in a log. The names that
    strategies share: `reason`; `email` and `enabled` of a relay; `new_user_id`; `token_hash`; `confirmation_code`."""

    def __post_init__(self) -> None:
        if self.kind not in NOTICE_KINDS:
            raise ValueError("kind is no NoticeKind")
        if self.user_id is None:
            if self.kind not in {"test", "token_revoked"}:
                raise ValueError(f"{self.kind} needs a user_id")
        elif not is_user_id(self.user_id):
            raise ValueError("user_id must be 1 to 200 printable ASCII characters without '|'")


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """What the provider wants to hear.

    Raises:
        ValueError: the status or the content type is none of those there are; a 204 has a body; or it is too long.
    """

    status: NoticeStatus = 200
    body: str = field(default="", repr=False)
    content_type: NoticeContentType = ""

    def __post_init__(self) -> None:
        if self.status not in get_args(NoticeStatus) or self.content_type not in get_args(NoticeContentType):
            raise ValueError("a notice is answered by 200, 202 or 204, with JSON, plain text or nothing")
        if bool(self.body) != bool(self.content_type) or (self.body and self.status == 204):
            raise ValueError("a body has a content type, and a 204 has neither")
        if not _is(self.body, str) or len(self.body) > _MOST_ANSWER:
            raise ValueError("the body of an answer is a text of at most 65,536 characters")

    @classmethod
    def json(cls, value: Mapping[str, Any], status: NoticeStatus = 200) -> "NoticeAnswer":
        """Return a JSON object as an answer."""
        return cls(status, json.dumps(value), "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice that a strategy has verified.

    Raises:
        TypeError: a part is of another type.
        ValueError: there are too many events, or a time is out of bounds.
    """

    audience: tuple[str, ...]
    """The ids of apps that it was sent for; one of them must be an accepted id of the connection."""
    events: tuple[NoticeEvent, ...] = ()
    answer: NoticeAnswer = field(default_factory=NoticeAnswer)
    id: str | None = field(default=None, repr=False)
    """What tells it from all others of this connection, such as `jti`: what comes again with it has no effect. A hash
    of the request will do. None: it has whatever effect it has each time."""
    replayable_s: int = 30 * 86_400
    """For so long after it came somebody could send it again and be believed: until it expires, or for as long as the
    strategy takes old ones. So long its id is remembered."""

    def __post_init__(self) -> None:
        if not _is(self.audience, tuple) or not all(_is(one, str) for one in self.audience):
            raise TypeError("audience must be a tuple of strings")
        if not _is(self.events, tuple) or not all(_is(one, NoticeEvent) for one in self.events):
            raise TypeError("events must be a tuple of NoticeEvents")
        if not _is(self.answer, NoticeAnswer):
            raise TypeError("answer must be a NoticeAnswer")
        if self.id is not None and not (_is(self.id, str) and self.id):
            raise TypeError("id must be a text, or None")
        if type(self.replayable_s) is not int or not 0 < self.replayable_s <= MOST_REPLAYABLE_S:
            raise ValueError("replayable_s must be a whole number of seconds, ten years at most")
        if len(self.events) > MOST_EVENTS:
            raise ValueError(f"a notice has at most {MOST_EVENTS} events")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNotice:
    """What hosts hear by the hook `provider_notice`: one event, once what we do about it is done."""

    connection: str
    strategy: str
    namespace: str
    kind: NoticeKind
    user_id: str | None
    """The provider's; with `namespace` it says whose identity it is."""
    subject: str | None
    """Whose it is in our own store and by its policy; None where that is nobody, or the event names no user."""
    effects: tuple[str, ...]
    """What was done here: some of `end_sessions`, `unlink`, `block`, `unblock`, `erase`."""
    facts: Mapping[str, str | int | bool] = field(default_factory=dict, repr=False)
    """See `NoticeEvent.facts`."""


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind)


def json_object(body: bytes | str) -> Mapping[str, Any]:
    """Return what is a JSON object, in which no name may stand twice.

    Raises:
        InvalidNotice: it is something else.
    """
    try:
        value = json.loads(body, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise InvalidNotice("no JSON") from None
    if not isinstance(value, dict):
        raise InvalidNotice("no JSON object")
    return value


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):  # whoever reads the first and who reads the last would read two things
        raise InvalidNotice("a member twice")
    return found


def form_fields(text: bytes | str) -> Mapping[str, str]:
    """Return the fields of a form or of a query, each of which must be there once.

    Raises:
        InvalidNotice: it is no form, or has a field twice.
    """
    try:
        given = text if isinstance(text, str) else text.decode()
        pairs = parse_qsl(
            given, keep_blank_values=True, strict_parsing=bool(given), errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise InvalidNotice("no form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidNotice("a field twice")
    return fields


def confirmation_code(secret: bytes, *parts: str) -> str:
    """Return a code of 43 characters that says nothing, and which only the holder of `secret` can tell from others.

    It follows from `parts`, such as the id of a request: asked again, the same is answered. Nothing is stored.
    """
    told = json.dumps(parts).encode()
    nonce = hmac.digest(secret, b"accredit notice nonce\0" + told, "sha256")[:_CODE_BYTES]
    return base64.urlsafe_b64encode(nonce + _seal(secret, nonce)).decode().rstrip("=")


def is_confirmation_code(secret: bytes, code: str) -> bool:
    """Tell whether `confirmation_code` has made a code with this secret."""
    if not _CODE.fullmatch(code):
        return False
    decoded = base64.urlsafe_b64decode(f"{code}=")
    canonical = base64.urlsafe_b64encode(decoded).decode().rstrip("=") == code
    return canonical and hmac.compare_digest(_seal(secret, decoded[:_CODE_BYTES]), decoded[_CODE_BYTES:])


def _seal(secret: bytes, nonce: bytes) -> bytes:
    return hmac.digest(secret, b"accredit notice seal\0" + nonce, "sha256")[:_CODE_BYTES]
