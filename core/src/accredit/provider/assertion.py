"""Sign what proves to a provider who we are: a client assertion, or Apple's client secret.

Source: RFC 7515 section 7.1; RFC 7523 section 2.2.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import SecretStr

from accredit._base64url import base64url
from accredit.errors import PluginFailed
from accredit.keys.signatures import Sign, signs_with
from accredit.settings.private_key import read_private_key

AssertionAlgorithm = Literal["ES256", "RS256"]


def signed(
    key: SecretStr, claims: Mapping[str, Any], *, algorithm: AssertionAlgorithm, headers: Mapping[str, Any] | None
) -> str:
    """Return `claims` as a compact JWS.

    Raises:
        PluginFailed: the algorithm does not fit the key, or JSON cannot hold the claims or headers.
    """
    if not isinstance(key, SecretStr):
        raise PluginFailed("sign: the key is no setting of type PrivateKey")
    fitting, signature_of = _signer(key.get_secret_value())
    if algorithm != fitting:
        raise PluginFailed(f"sign: the algorithm {algorithm!r} does not fit the key, which signs {fitting}")
    header = {"alg": algorithm, "typ": "JWT", **(headers or {})}
    if header["alg"] != algorithm:
        raise PluginFailed("sign: the headers name another algorithm")
    unsigned = f"{_encoded(header)}.{_encoded(claims)}"
    return f"{unsigned}.{base64url(signature_of(unsigned.encode('ascii')))}"


@lru_cache(64)  # reading a key takes longer than signing with it
def _signer(pem: str) -> tuple[str, Sign]:
    try:
        algorithm, key = read_private_key(pem)
    except ValueError:
        raise PluginFailed("sign: the key is no setting of type PrivateKey") from None
    return algorithm, signs_with(algorithm, key)


def _encoded(part: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(dict(part), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return base64url(text.encode())
    except (ValueError, TypeError, RecursionError) as exc:
        # Not chained: its message may quote what was to be signed.
        raise PluginFailed(f"sign: JSON cannot hold the claims or headers: {type(exc).__name__}") from None
