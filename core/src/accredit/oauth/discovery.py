"""What clients and verifiers need to know. Source: OpenID Connect Discovery 1.0; RFC 8414; RFC 7517 section 5."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from accredit.keys import SigningKeys
from accredit.oauth.client.assertion import ASSERTION_ALGORITHMS
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.endpoint import Endpoint, address_of
from accredit.oauth.wire.record import Record
from accredit.profile import SCOPE_CLAIMS

_HEADERS = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
_PROTOCOL_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"]


class Discovery:
    """The documents below `/.well-known/`. May be cached for five minutes; a next key is published longer ahead.

    `keys` returns those of this moment; `endpoints` and `grant_types` are what there is.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Callable[[], SigningKeys],
        endpoints: Iterable[Endpoint[Any]],
        grant_types: Iterable[str],
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._endpoints = tuple(endpoints)
        self._grant_types = tuple(grant_types)

    async def jwks(self, call: Call, _: Record) -> Answer:
        """Return our public keys: all that may sign now or soon, and those whose tokens may still live."""
        return _cacheable(call, self._keys().jwks())

    async def configuration(self, call: Call, _: Record) -> Answer:
        """Return the provider metadata. There is no authorization endpoint, so no response type is offered."""
        claims = dict.fromkeys(claim for claims in SCOPE_CLAIMS.values() for claim in claims)
        document = {
            "issuer": self._issuer,
            **self._addresses(),
            "grant_types_supported": list(self._grant_types),
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(self._keys().algorithms),
            "scopes_supported": ["openid", *SCOPE_CLAIMS, "offline_access"],
            "claims_supported": [*_PROTOCOL_CLAIMS, *claims],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,  # true where it is left out
        }
        return _cacheable(call, document)

    def _addresses(self) -> Mapping[str, object]:
        algorithms = list(dict.fromkeys(ASSERTION_ALGORITHMS))
        document: dict[str, object] = {}
        for endpoint in self._endpoints:
            name = endpoint.published_as
            if name:
                document[name] = address_of(endpoint, self._issuer)
            if name and endpoint.client_authentication:
                document[f"{name}_auth_methods_supported"] = list(endpoint.client_authentication)
                document[f"{name}_auth_signing_alg_values_supported"] = algorithms
        return document


def _cacheable(call: Call, document: Mapping[str, object]) -> Answer:
    answer = json_answer(200, document, _HEADERS)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    known = call.header("if-none-match")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        answer = Answer(304, _HEADERS)
    return answer.with_headers({"etag": tag})
