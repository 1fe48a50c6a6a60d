"""What our tokens say. Source: RFC 9068 section 2.2; OpenID Connect Core 1.0 sections 2 and 5.4."""

import functools
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from accredit._base64url import base64url
from accredit.errors import PluginFailed
from accredit.models import Claims, ExtraClaims, Login
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import Settings
from accredit.tokens.auth0_fallbacks import with_auth0_fallbacks
from accredit.tokens.read import USERINFO_CLAIM

_PROTOCOL = "iss sub aud exp iat nbf jti client_id scope auth_time nonce acr amr azp at_hash c_hash s_hash cnf act sid"
RESERVED = frozenset({*_PROTOCOL.split(), USERINFO_CLAIM, *SCOPE_CLAIMS["email"], *SCOPE_CLAIMS["phone"]})
"""Claims a hook may never set, whether the token has them or not."""


def access_claims(
    subject: str, *, client_id: str, audience: str, scopes: Iterable[str], settings: Settings, now: int
) -> dict[str, Any]:
    """Build the claims that every access token has. `now` is epoch seconds."""
    return {
        "iss": settings.issuer,
        "sub": subject,
        "aud": audience,
        "exp": now + settings.tokens.access_ttl_s,
        "iat": now,
        "jti": base64url(secrets.token_bytes(16)),
        "client_id": client_id,
        "scope": " ".join(scopes),
    }


def build_claims(
    login: Login,
    extras: Iterable[ExtraClaims],
    *,
    settings: Settings,
    now: int,
    nonce: SecretStr | None,
    session_id: str | None,
    auth_time: int | None = None,
) -> Claims:
    """Build both claim sets; the ID token's only with scope `openid`.

    `now` is epoch seconds, and so is `auth_time`, when the user logged in: now, unless a refresh token says when.
    `session_id` becomes `sid` (Source: OpenID Connect Front-Channel Logout 1.0 section 3). Without a session the
    access token itself carries what `/userinfo` answers.

    Raises:
        PluginFailed: a hook sets a reserved claim, or one that is there already.
    """
    access_token = access_claims(
        login.subject.id,
        client_id=login.client_id,
        audience=login.audience,
        scopes=login.scopes,
        settings=settings,
        now=now,
    )
    if session_id is not None:
        access_token["sid"] = session_id
    profile = login.identity.profile.claims()
    if settings.compatibility.auth0_profile_fallbacks:
        profile = with_auth0_fallbacks(profile)
    opened = _opened_by(login.scopes)
    if not opened.issuperset(profile):
        profile = {name: value for name, value in profile.items() if name in opened}
    id_token: dict[str, Any] | None = None
    if "openid" in login.scopes:
        id_token = {
            "iss": settings.issuer,
            "sub": login.subject.id,
            "aud": login.client_id,
            "exp": now + settings.tokens.id_ttl_s,
            "iat": now,
            "auth_time": now if auth_time is None else auth_time,
        }
        if nonce is not None:
            id_token["nonce"] = nonce.get_secret_value()
        if session_id is not None:
            id_token["sid"] = session_id
        id_token.update(profile)
    for extra in extras:
        _add(access_token, extra.access_token)
        if id_token is not None:
            _add(id_token, extra.id_token)
    if session_id is None and id_token is not None and profile and login.audience == settings.issuer:
        access_token[USERINFO_CLAIM] = profile
    return Claims(access_token, id_token, profile)


@functools.lru_cache(maxsize=256)
def _opened_by(scopes: tuple[str, ...]) -> frozenset[str]:
    """Return the claims that scopes open: clients ask for the same few scopes again and again."""
    return frozenset(claim for scope in scopes for claim in SCOPE_CLAIMS.get(scope, ()))


def _add(claims: dict[str, Any], more: Mapping[str, Any]) -> None:
    try:
        json.dumps(dict(more), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise PluginFailed("a claims hook's claims are no JSON object") from None
    taken = sorted(name for name in more if name in RESERVED or name in claims)
    if taken:
        raise PluginFailed(f"a claims hook sets {', '.join(taken)}")
    claims.update(more)
