"""Verify a JWT by a key set that its provider publishes, whatever kind of JWT it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accredit.errors import InvalidProviderToken, PluginFailed
from accredit.keys.jose import ASYMMETRIC, InvalidJwt, Jwt, read_header
from accredit.provider.http import ProviderHTTP
from accredit.provider.jwks import JwksCache

CheckTyp = Callable[[Mapping[str, Any]], None]
"""Refuses the header of a JWT that is of another kind."""


async def read_by_keys(
    token: str,
    *,
    jwks: JwksCache,
    http: ProviderHTTP,
    jwks_url: str,
    algorithms: Sequence[str],
    check_typ: CheckTyp,
    without_kid: bool = False,
) -> Jwt:
    """Return a JWT whose signature is good, with the JWK that says so; at most one HTTPS request.

    `without_kid` accepts one that names no key, where exactly one of the set fits its algorithm.

    Raises:
        InvalidProviderToken: it is malformed, of another kind, badly signed, or names no key of the set.
        ProviderUnavailable: the keys cannot be fetched, or not yet again.
        PluginFailed: `jwks_url` is of a host that the strategy did not declare, or `algorithms` has a MAC.
    """
    if not ASYMMETRIC.issuperset(algorithms):
        raise PluginFailed("a key set verifies asymmetric algorithms only: HS256 takes secret")
    # Also where the keys are at hand: another connection may have fetched them.
    http.require_declared(jwks_url)
    try:
        header = accepted_header(token, algorithms, check_typ)
        kid = header.get("kid")
        names_none = without_kid and "kid" not in header
        if not isinstance(kid, str) and not names_none:
            raise InvalidProviderToken("alg or kid is not accepted")
        keys = await jwks.keys(jwks_url, kid, http.get_key_set)
        return keys.read(token, algorithms=algorithms, kid=keys.only_for(header["alg"]) if names_none else None)
    except InvalidJwt as exc:
        raise InvalidProviderToken(f"JWT is not valid: {exc}") from exc


def accepted_header(token: str, algorithms: Sequence[str], check_typ: CheckTyp) -> dict[str, Any]:
    """Return the header of a JWT of the right kind, with one of `algorithms`; nothing of it is verified yet.

    Raises:
        InvalidJwt: it is no JWT.
        InvalidProviderToken: it is of another kind, or made with another algorithm.
    """
    header = read_header(token)
    if header.get("alg") not in algorithms:
        raise InvalidProviderToken("alg or kid is not accepted")
    check_typ(header)
    return header
