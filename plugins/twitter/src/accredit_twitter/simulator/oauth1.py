"""What a provider does with a signed request: RFC 5849 section 3.2, written from the RFC.

Deliberately without the library the strategy signs with: a mistake they shared would go unseen.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

WINDOW_S = 300
"""How far a timestamp may lie from our clock."""
_PARAMETER = re.compile(r'\s*([A-Za-z0-9_%.~-]+)="([A-Za-z0-9_%.~-]*)"\s*')
_REQUIRED = ("consumer_key", "nonce", "signature", "signature_method", "timestamp")


class Malformed(Exception):
    """The `Authorization` header is not one of OAuth 1.0a."""


def _encode(value: str) -> str:
    """Percent-encode all but the unreserved characters. Source: RFC 5849 section 3.6."""
    return quote(value, safe="~")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One request and the OAuth parameters of its header."""

    consumer_key: str
    token: str
    nonce: str
    timestamp: int
    signature: str
    base_string: str

    @classmethod
    def of(cls, request: Request, *, also: str = "token") -> Self:
        """Read a request that must have the parameter `also`: a user's `token`, or the `callback` of a new one.

        Raises:
            Malformed: a parameter is missing, repeated, or not what X takes.
        """
        pairs = _header_parameters(request.headers.get("authorization", ""))
        oauth = {name.removeprefix("oauth_"): value for name, value in pairs if name.startswith("oauth_")}
        if len(oauth) != len(pairs) or any(not oauth.get(name) for name in (*_REQUIRED, also)):
            raise Malformed
        if oauth["signature_method"] != "HMAC-SHA1" or oauth.get("version", "1.0") != "1.0":
            raise Malformed
        if not re.fullmatch(r"[0-9]{1,12}", oauth["timestamp"]):
            raise Malformed
        return cls(
            consumer_key=oauth["consumer_key"],
            token=oauth.get("token", ""),
            nonce=oauth["nonce"],
            timestamp=int(oauth["timestamp"]),
            signature=oauth["signature"],
            base_string=_base_string(request, pairs),
        )

    def is_signed_with(self, consumer_secret: str, token_secret: str) -> bool:
        """Compare the signature with the one these secrets give. Source: RFC 5849 section 3.4.2."""
        key = f"{_encode(consumer_secret)}&{_encode(token_secret)}".encode()
        digest = hmac.digest(key, self.base_string.encode(), hashlib.sha1)
        return hmac.compare_digest(base64.b64encode(digest), self.signature.encode())


def _header_parameters(header: str) -> list[tuple[str, str]]:
    scheme, _, rest = header.partition(" ")
    matches = [_PARAMETER.fullmatch(part) for part in rest.split(",")]
    if scheme.lower() != "oauth" or not all(matches):
        raise Malformed
    pairs = [(unquote(match[1]), unquote(match[2])) for match in matches if match]
    if len({name for name, _ in pairs}) != len(pairs):
        raise Malformed
    return pairs


def _base_string(request: Request, oauth: Sequence[tuple[str, str]]) -> str:
    """Build what is signed from what arrived: method, `Host` header, path and query. Source: section 3.4.1."""
    host = request.headers["host"].lower().removesuffix({"http": ":80", "https": ":443"}[request.url.scheme])
    url = f"{request.url.scheme}://{host}{request.url.path}"
    query = parse_qsl(request.url.query, keep_blank_values=True)
    pairs = [*query, *((name, value) for name, value in oauth if name != "oauth_signature")]
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((request.method, _encode(url), _encode(parameters)))
