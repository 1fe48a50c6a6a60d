"""A grant that logs users in by a provider's token, in the contract's order of checks. Source: RFC 8693 section 2."""

from collections.abc import Sequence
from typing import Any, ClassVar

from authlib.oauth2.rfc6749 import BaseGrant, InvalidClientError, TokenEndpointMixin
from authlib.oauth2.rfc6749.hooks import hooked

from accredit.contrib.authlib.refusal import Reply, refused
from accredit.errors import (
    ConnectionDisabled,
    GrantNotAllowed,
    InvalidClient,
    InvalidParameter,
    InvalidTarget,
    LinkingUnavailable,
    MalformedBody,
    NotLinked,
    TwoAuthentications,
)
from accredit.exchange.steps.check_audience import check_user_hint
from accredit.models import ExchangeRequest, Identity
from accredit.oauth.grant_types.token_exchange import ACCESS_TOKEN_TYPE, TokenExchangeGrant, read_exchange
from accredit.oauth.wire.fields import known_fields, required
from accredit.settings import REFRESH_TOKEN_GRANT, TOKEN_EXCHANGE_GRANT
from accredit.sync import Verifier

_BASIC = 'Basic realm="oauth", charset="UTF-8"'


class SocialLoginGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib has no types
    """Turn a provider's token into tokens of the host's own. A host says who the user is, and registers the class.

    It needs `verifier`, and `authenticate_user`; the other methods may say more. What they raise of `accredit.errors`
    is the answer: `AccessDenied("a sentence for the user")`, `SubjectBlocked()`.
    """

    GRANT_TYPE: str = TOKEN_EXCHANGE_GRANT
    """What the client must have in its `grant_types`, and what token generators are told."""
    TOKEN_ENDPOINT_AUTH_METHODS: Sequence[str] = ["none", "client_secret_basic", "client_secret_post"]
    verifier: ClassVar[Verifier]
    """Which connections there are. One for a process is enough: it may be used by all threads."""
    wanted: ExchangeRequest
    """What the client asks for, once `validate_token_request` has passed: `device`, say."""

    def authenticate_user(self, identity: Identity, client: Any) -> Any:
        """Return your user for a verified identity, made at its first login; None refuses it.

        Look it up by `identity.namespace` and `identity.user_id`, compared exactly. Never by its e-mail.
        """
        raise NotImplementedError

    def check_connection(self, client: Any, connection: str) -> bool:
        """Tell whether a client may use a connection: by default all of the verifier's."""
        return True

    def check_audience(self, client: Any, audience: str) -> bool:
        """Tell whether a client may ask for tokens for this API: by default for none by name."""
        return False

    def validate_token_request(self) -> None:
        """Read the parameters of RFC 8693, and authenticate the client."""
        with refused():
            given = _fields_of(self.request.form)
            fields = known_fields(given, TokenExchangeGrant.parameters)
            for parameter in TokenExchangeGrant.required:
                required(fields, parameter)
            self.request.client = client = self._authenticated_client()
            if not client.check_grant_type(self.GRANT_TYPE):
                raise GrantNotAllowed(self.GRANT_TYPE)
            connections = self.verifier.connections
            self.wanted = read_exchange(fields, given=given, client_id=client.get_client_id(), connections=connections)

    @hooked  # type: ignore[untyped-decorator]  # as above
    def create_token_response(self) -> Reply:
        """Verify the token, and issue the host's tokens; its extensions, such as an ID token, add to the answer."""
        wanted, client = self.wanted, self.request.client
        with refused():
            self._check(wanted, client)
            identity = self.verifier.verify(wanted.connection, wanted.token)
            check_user_hint(wanted.user_id_hint, identity.user_id)
            user = self.authenticate_user(identity, client)
            if not user:  # by False or "" hosts mean the same, and Authlib would save a token of nobody's
                raise NotLinked
        self.request.user = user
        token = self._issued(client, user)
        return 200, {"scope": "", **token, **self._echoes()}, self.TOKEN_RESPONSE_HEADER

    def _check(self, wanted: ExchangeRequest, client: Any) -> None:
        if wanted.connection not in self.verifier.connections:
            return  # the verifier will say whether it is unknown or off
        if not self.check_connection(client, wanted.connection):
            raise ConnectionDisabled("the connection is not for this client")
        if wanted.main_access_token is not None:
            # Ignored, it would log the user in as somebody else.
            raise LinkingUnavailable
        if wanted.audience is not None and not self.check_audience(client, wanted.audience):
            raise InvalidTarget

    def _echoes(self) -> dict[str, str]:
        """Return what the wire adds to the host's token; it is not saved."""
        echoes = {} if self.wanted.state is None else {"state": self.wanted.state}
        return {**echoes, "issued_token_type": ACCESS_TOKEN_TYPE} if self.GRANT_TYPE == TOKEN_EXCHANGE_GRANT else echoes

    def _issued(self, client: Any, user: Any) -> dict[str, Any]:
        scopes = self._granted(client)
        renewable = "offline_access" in scopes and client.check_grant_type(REFRESH_TOKEN_GRANT)
        token: dict[str, Any] = self.generate_token(user=user, scope=" ".join(scopes), include_refresh_token=renewable)
        self.save_token(dict(token))
        return token

    def _granted(self, client: Any) -> list[str]:
        """Return what of the scopes the client may have and the server knows; the others are dropped."""
        allowed = (client.get_allowed_scope(" ".join(self.wanted.scopes)) or "").split()
        supported = self.server.scopes_supported
        return [scope for scope in allowed if not supported or scope in supported]

    def _authenticated_client(self) -> Any:
        form, (scheme, _, proof) = self.request.form, self.request.headers.get("Authorization", "").partition(" ")
        by_basic = scheme.lower() == "basic"
        by_body = bool(form.get("client_secret"))
        proves = by_basic or by_body or "client_assertion" in form
        if by_basic and by_body:
            raise TwoAuthentications
        if by_basic and not proof.strip():  # Authlib cannot read that
            raise InvalidClient(challenge=_BASIC)
        if not by_basic and "client_assertion" not in form:
            required(form, "client_id")
        # Authlib takes the first that passes: who sends a proof is not to be taken for anybody else.
        tried = {"none": not proves, "client_secret_basic": by_basic, "client_secret_post": by_body}
        self.TOKEN_ENDPOINT_AUTH_METHODS = [one for one in self.TOKEN_ENDPOINT_AUTH_METHODS if tried.get(one, True)]
        try:
            client = self.authenticate_token_endpoint_client()
        except InvalidClientError:
            raise InvalidClient(challenge=_BASIC if by_basic else None) from None
        if form.get("client_id", client.get_client_id()) != client.get_client_id():
            raise InvalidParameter("client_id")
        return client


def _fields_of(form: Any) -> dict[str, Any]:
    """Return the parameters of the body, of Flask's or Django's form; what stands in the URL is not read."""
    if any(len(form.getlist(name)) > 1 for name in form):
        raise MalformedBody("a parameter stands there twice")
    return {name: form[name] for name in form}
