"""The values that travel through one exchange. All are frozen; none shows a secret in its `repr`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import SecretStr

from accredit._facts import NOTHING, check_alternate_ids, check_facts
from accredit._quick_init import with_quick_init
from accredit.audience import AudienceProof
from accredit.credentials import Credential, ProviderToken, check_handed
from accredit.parameters import check_given, check_scopes, check_text, checked_text, revealed
from accredit.profile import Profile
from accredit.revocation import RevocableToken

_PROOFS = get_args(AudienceProof)
_USER_ID = re.compile(r"[\x21-\x7b\x7d\x7e]{1,200}")
_LONGEST_ADDRESS = 256
"""Characters of a caller's address, which may be the path of a socket."""
_SUBJECT_ID = re.compile(r"[\x21-\x7e]{1,255}")


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRequest:
    """One request, parsed and shape-checked, before anybody was asked anything.

    Callers from Python have the bounds of the wire: see `accredit.parameters.LONGEST`.

    Raises:
        InvalidParameter: a value is of another type, too long, or holds a control character.
        MissingParameter: `client_id` or `connection` is empty.
    """

    client_id: str
    connection: str
    token: ProviderToken | Credential
    """What the client hands in; a `ProviderToken` where only the connection's strategy knows of which kind it is."""
    scopes: tuple[str, ...] = ()
    user_id_hint: str | None = None
    """Never used as identity; a mismatch with what the provider says is refused."""
    audience: str | None = None
    device: str | None = None
    state: str | None = None
    main_access_token: SecretStr | None = None
    bearer: SecretStr | None = None
    """The token of the `Authorization: Bearer` header."""
    address: str = ""
    """Of who asks, for limits; empty where nobody knows."""

    def __post_init__(self) -> None:
        check_given("client_id", self.client_id)
        check_given("connection", self.connection)
        check_handed(self.token)
        check_scopes(self.scopes)
        if self.user_id_hint is not None:
            check_text("user_id", self.user_id_hint)
        if self.audience is not None:
            check_text("audience", self.audience)
        if self.device is not None:
            check_text("device", self.device)
        if self.state is not None:
            check_text("state", self.state)
        if self.main_access_token is not None:
            check_text("main_access_token", revealed("main_access_token", self.main_access_token))
        checked_text("address", self.address, _LONGEST_ADDRESS)
        if self.bearer is not None:  # of any length: most policies do not even look at it
            revealed("authorization", self.bearer)


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """One request for new tokens of a login that goes on, shape-checked.

    Raises:
        InvalidParameter: a value is of another type, too long, or holds a control character.
        MissingParameter: `client_id` or `refresh_token` is empty.
    """

    client_id: str
    refresh_token: SecretStr
    scopes: tuple[str, ...] = ()
    """May only narrow what the login was granted; empty for all of it."""
    audience: str | None = None
    """The login's, or None: it cannot be changed."""
    address: str = ""
    """Of who asks, for limits; empty where nobody knows."""

    def __post_init__(self) -> None:
        refresh_token = revealed("refresh_token", self.refresh_token)
        check_given("client_id", self.client_id)
        check_given("refresh_token", refresh_token)
        check_scopes(self.scopes)
        checked_text("address", self.address, _LONGEST_ADDRESS)
        if self.audience is not None:
            check_text("audience", self.audience)


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the provider said about a token, with the proof of audience.

    `user_id` is the provider's id, an exact string; `claims` the provider's raw profile, for `normalize`;
    `expires_at` is when the token ends, in epoch seconds, None where the provider does not say. Once that has passed
    by the engine's clock, the login is refused as `InvalidProviderToken`; our own tokens do not end with it.
    `scopes` are the provider's own permission names.

    Raises:
        TypeError: `user_id` is no string, `audience` no proof, `expires_at` no whole number, `scopes` no frozenset of
            strings, `alternate_ids` no mapping of strings, `facts` more than JSON can say, or `provider_token` no
            `RevocableToken`.
        ValueError: `user_id` is empty, too long, or holds `|`, blanks or other than printable ASCII; `expires_at` is
            not positive; there are too many ids or facts, or one with a name that is none; or `provider_token` is
            another user's id.
    """

    user_id: str
    audience: AudienceProof
    claims: Mapping[str, Any] = field(repr=False)
    expires_at: int | None = None
    scopes: frozenset[str] = frozenset()
    alternate_ids: Mapping[str, str] = NOTHING
    """Further ids of the same user there, such as `{"unionid": …}`: 8 at most. Nobody is found by one."""
    facts: Mapping[str, Any] = field(default=NOTHING, repr=False)
    """What hooks may want to know and no claim of OIDC says, such as a tenant: JSON values by name, 32 of them and 4096
    bytes at most."""
    provider_token: RevocableToken | None = field(default=None, repr=False)
    """By which the provider can be told that its user is gone: kept where the connection says so, else forgotten."""

    def __post_init__(self) -> None:
        if not isinstance(self.audience, _PROOFS):
            raise TypeError("audience must be an AudienceProof")
        if not isinstance(self.user_id, str):
            raise TypeError("user_id must be a string")
        if not is_user_id(self.user_id):
            raise ValueError("user_id must be 1 to 200 printable ASCII characters without '|'")
        if self.expires_at is not None:
            if type(self.expires_at) is not int:  # not isinstance: True is an int
                raise TypeError("expires_at must be a whole number, or None")
            if self.expires_at <= 0:  # with some providers 0 is "never", and so None here
                raise ValueError("expires_at must be positive; where the token does not end, it is None")
        if not _is_set_of_texts(self.scopes):
            raise TypeError("scopes must be a frozenset of strings")
        if self.alternate_ids is not NOTHING:
            check_alternate_ids(self.alternate_ids)
        if self.facts is not NOTHING:
            check_facts(self.facts)
        if self.provider_token is not None and type(self.provider_token) is not RevocableToken:
            raise TypeError("provider_token must be a RevocableToken, or None")
        if not (self.provider_token is None or self.provider_token.fits(self.user_id)):
            raise ValueError("provider_token must be the user_id, where it says that it is one")


def is_user_id(value: object) -> bool:
    """Tell whether a value can be a provider's user id: 1 to 200 printable ASCII characters, without blanks and `|`."""
    return isinstance(value, str) and _USER_ID.fullmatch(value) is not None


def _is_set_of_texts(value: object) -> bool:
    if not isinstance(value, frozenset):
        return False
    try:
        "".join(value)
    except TypeError:  # one of them is no string
        return False
    return True


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person at a provider, verified for our app: what `Exchange.verify` returns."""

    connection: str
    strategy: str
    namespace: str
    """With `user_id` it says who this is: the strategy's name, unless the connection's settings say otherwise."""
    user_id: str
    profile: Profile
    audience: AudienceProof | None
    """None where a refresh token continues a login: the proof was made then, and is not kept."""
    expires_at: int | None = None
    provider_scopes: frozenset[str] = frozenset()
    alternate_ids: Mapping[str, str] = NOTHING
    """Further ids of the same user at the provider, such as `{"unionid": …}`."""
    facts: Mapping[str, Any] = field(default=NOTHING, repr=False)
    """What the provider says that is no claim of OIDC. It is in no token unless a hook puts it there.

    Like `alternate_ids` it is empty where a refresh token continues a login: neither is kept.
    """


@dataclass(frozen=True, slots=True)
class Subject:
    """Our user. `id` becomes `sub`: 1 to 255 printable ASCII characters, not ending in `@clients`."""

    id: str
    blocked: bool = False


def problem_of_subject_id(value: object) -> str | None:
    """Say what keeps a value from becoming `sub`; None where nothing does.

    Source: OpenID Connect Core 1.0 section 2 (at most 255 ASCII characters).
    """
    if not isinstance(value, str) or not _SUBJECT_ID.fullmatch(value):
        return "is not 1 to 255 printable ASCII characters without blanks"
    if value.endswith("@clients"):
        return "ends in @clients, as in tokens that are a client's own"
    return None


@dataclass(frozen=True, slots=True)
class MainToken:
    """A live access token of ours whose subject wants another identity linked."""

    subject: str
    session_id: str | None
    issued_at: int
    """Epoch seconds."""
    subject_version: int
    """The subject's, as it was looked up."""
    identity: tuple[str, str] | None = None
    """Namespace and user id of the identity that its session began with, where it has one."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that is about to begin: its id, the `sid` of our tokens, and its refresh token if it gets one."""

    id: str
    refresh_token: str | None = field(default=None, repr=False)


@with_quick_init
@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom an identity logs in, and what must be stored of that before tokens are issued."""

    subject: Subject
    entry: Literal["create", "link"] | None = None
    """The identity is not stored yet: enter it as a new subject's, or as another one of an old subject's."""
    main: MainToken | None = None
    """By which the identity is to be linked."""
    identity_version: int = 0
    """The identity's, before anybody was asked about it; if it is another one at the end, the login has been overtaken.
    """
    subject_version: int = 0
    """The same of the subject."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One login on its way to tokens: what hooks get to see."""

    client_id: str
    identity: Identity
    subject: Subject
    scopes: tuple[str, ...]
    """What will be granted."""
    audience: str
    device: str | None = None
    is_refresh: bool = False
    """A refresh token continues an earlier login: the profile then has only what that login's scopes opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraClaims:
    """Claims a hook adds. Reserved names are refused; see `accredit.tokens.claims`."""

    access_token: Mapping[str, Any] = field(default_factory=dict)
    id_token: Mapping[str, Any] = field(default_factory=dict)


@with_quick_init
@dataclass(frozen=True, slots=True)
class Claims:
    """What our tokens will say; `id_token` is None without scope `openid`, and gets its `at_hash` at signing.

    `profile` is what the granted scopes open of the profile; it is kept with a refresh token.
    """

    access_token: Mapping[str, Any]
    id_token: Mapping[str, Any] | None
    profile: Mapping[str, Any] = field(repr=False)


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """Our tokens, and what was granted. `expires_in` is in seconds and concerns the access token."""

    access_token: SecretStr
    expires_in: int
    scopes: tuple[str, ...]
    subject: str
    id_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
