"""What every connection has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, final, get_args

from pydantic import AfterValidator, Field, StringConstraints

from accredit.settings.fields import AppId, ListOf, RedirectUri, check_https_url
from accredit.settings.proxy import Proxy
from accredit.settings.table import Table

Namespace = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\z", max_length=50)]
"""The first half of `sub`: it must fit, with a `|` and a user id of 200 characters, into 255."""

NoncePolicy = Literal["matched", "required", "issued", "if_sent"]
NoticeEffect = Literal["end_sessions", "unlink", "block", "unblock", "erase"]


class ConnectionSettings(Table):
    """What every connection has; a strategy adds its own settings by subclassing this.

    Every setting whose name ends in `_url` must be an `HttpsUrl` or `BaseUrl`, or one of them or None. One whose name
    ends in `_urls` must be a `ListOf[HttpsUrl]`: hosts that the operator accepts where a document of the provider names
    them. Together with a setting `issuer`, where that is an `HttpsUrl`, they are the hosts the strategy may talk to.
    What stands here is the operator's to decide: a subclass that changes one of these settings does not start.
    """

    strategy: str = ""
    """Implied by the connection's name where that is a strategy's name."""
    enabled: bool = True
    accept_unbound_tokens: bool = False
    """Accept tokens of which nobody can tell the app. Dangerous: another app's token then logs its users in here."""
    trust_email: bool = False
    """Assert `email_verified` although the provider does not vouch for addresses."""
    nonce: NoncePolicy = "matched"
    """Which side must have the nonce of an ID token. Where both have one, the two must match.

    `matched`: both or neither. `required`: both. `issued`: both, and it is one that we have made for this client and
    connection (`POST /oauth/nonce`), used for the first time. `if_sent`: where the request sends one, the token has it
    too; one that only the token has is ignored, as SDKs put in that show it to nobody. Access tokens carry none.
    """
    single_use_id_tokens: bool = False
    """Accept each ID token once. A client that has lost our answer, and sends its token again, is refused as well: it
    lets its user log in anew.
    """
    trusted_audiences: ListOf[AppId] = ()
    """What else `aud` of an ID token may name, beside one of our app ids: never alone, never as `azp`.

    An app of that name gets such tokens, too, and can log their users in here. None of our app ids may stand here.
    Source: OpenID Connect Core 1.0 section 3.1.3.7, rules 3 to 5.
    """
    max_in_flight: int = Field(default=1000, gt=0)
    """So many verifications may wait for the provider at once; a login beyond them gets 503."""
    cache_s: float = Field(default=30.0, ge=0, le=3600, allow_inf_nan=False)
    """For so long what the provider has said about a token is taken for true: the same token again asks nobody.

    So a token that is revoked at the provider logs in here for so long. Never beyond the end of the token. 0: the
    provider is asked each time.
    """
    keep_provider_token: bool = False
    """Keep the token by which the provider can be told that a user is erased, encrypted; needs `keys.encryption_key`.

    Only with a strategy that can revoke one. The provider is asked at each login that brings a token, whatever
    `cache_s` says.
    """
    notice_effects: ListOf[NoticeEffect] = ("end_sessions", "unlink")
    """What is done where the provider tells that a user has left; whatever stands here, hosts hear of it.

    `end_sessions`: consent revoked, account deleted or disabled, or sessions revoked. `unlink`: account deleted.
    `block`: account disabled. `unblock`: account enabled, also where you have blocked the user yourself. `erase`: the
    user asks for deletion; who has another login keeps that, and loses this one.
    """
    proxy: Proxy | None = None
    """Overrides the top-level `proxy` for this connection."""
    namespace: Namespace | None = None
    """The first half of `sub`, `<namespace>|<user id>`; by default the strategy's name.

    Connections that share one share their users.
    """

    @property
    def accepted_audiences(self) -> frozenset[str]:
        """Our app ids at the provider, compared exactly; an empty set stops start-up.

        Each must be a setting of the subclass that the operator has written: a whole text, or an entry of a list.
        Anything else stops start-up too: an id of the author's, a default, a secret, a text made from others.
        """
        raise NotImplementedError("a strategy's settings name its accepted audiences")

    @property
    def audience_families(self) -> Mapping[str, frozenset[str]]:
        """The accepted audiences by family, where a provider names our app in several ways; else there is one, `""`.

        Kakao's access tokens name the number of an app, its ID tokens a key of it. Together they are all that is
        accepted; each proof then says of which family its ids are, and those of another one are not accepted there.
        """
        return {"": self.accepted_audiences}

    @property
    @final
    def provider_urls(self) -> tuple[str, ...]:
        """Every provider URL of this connection; no other host is ever called. It cannot be overridden."""
        return tuple(url for _, url in stated_urls(self))

    @property
    def user_id_issuer(self) -> str:
        """Who gives out the user ids: by default whatever the setting `issuer`, if there is one, and the URLs say.

        Two connections with different ones do not share users, unless the strategy's ids are `global`.
        """
        urls = [url for name, url in stated_urls(self) if name.endswith("_url")]
        return " ".join([str(getattr(self, "issuer", "")), *urls])


class CodeSettings(ConnectionSettings):
    """What a connection has besides whose strategy accepts authorization codes."""

    redirect_uris: ListOf[RedirectUri] = ()
    """The redirect URIs that apps of yours use at the provider; a request may name one of these, compared exactly."""
    require_pkce: bool = True
    """Refuse a code without `code_verifier` where the provider takes one: nothing else shows that the app that sends it
    has begun the login.
    """


def stated_urls(settings: ConnectionSettings) -> Iterator[tuple[str, Any]]:
    """Return each setting of a connection that names a host, with its URL; a list has an entry for each of its own."""
    values = vars(settings)
    for name in url_settings(type(settings)):
        value = values.get(name)
        if name.endswith("_urls"):
            yield from ((name, url) for url in (value if isinstance(value, tuple) else [value]))
        elif value is not None:
            yield name, value


def url_settings(kind: type[ConnectionSettings]) -> list[str]:
    """Name the settings of a model that name hosts."""
    return [
        name
        for name, field in kind.model_fields.items()
        if name.endswith(("_url", "_urls")) or (name == "issuer" and _is_https_url(field.annotation, field.metadata))
    ]


def _is_https_url(annotation: Any, metadata: Sequence[Any]) -> bool:
    if any(isinstance(one, AfterValidator) and one.func is check_https_url for one in metadata):
        return True
    return any(_is_https_url(one, getattr(one, "__metadata__", ())) for one in get_args(annotation))
