"""A sample for each thing that an ID token of Microsoft's can be, and for what is none."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable, WrongAudience
from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, Person, Sample, SigningKey, person
from accredit_microsoft.simulator.keys import consumers_key, strangers_key
from accredit_microsoft.simulator.tokens import (
    CLIENT_ID,
    FOREIGN,
    GRAPH,
    LIFE_S,
    OTHER_TENANT,
    TENANT,
    expected_claims,
    issuer,
    personal,
    personal_id,
)
from accredit_microsoft.tenants import CONSUMERS

NONCE = "sim-nonce"
_DEAD, _FOREIGN = InvalidProviderToken.reason, WrongAudience.reason


def samples(microsoft: IdTokenIssuer) -> Iterator[Sample]:
    """Yield them all, the good ones first."""
    for someone in PEOPLE:
        yield _sample("good", f"{someone.name} signs in", microsoft.mint(someone), owner=someone)
    yield from _accepted(microsoft)
    for someone in PEOPLE:
        now = int(microsoft.clock())
        old = microsoft.mint(someone, changes={"iat": now - LIFE_S, "nbf": now - LIFE_S, "exp": now})
        yield _sample("expired", "its hour is over", old, _DEAD, owner=someone)
        theirs = microsoft.mint(someone, changes={"aud": FOREIGN})
        yield _sample("foreign_app", "of another application in our tenant", theirs, _FOREIGN, owner=someone)
    yield from _refused(microsoft)
    yield _sample("graph", "an access token for Microsoft Graph", graph_token(microsoft), _DEAD)
    yield _sample("graph-opaque", "an access token of a personal account", "EwB4A8l6BAAUsimulated", _DEAD)


def graph_token(microsoft: IdTokenIssuer) -> str:
    """Return an access token for Graph: a nonce in its header, and signed with the hash of it there instead.

    Source: AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet#609
    """
    nonce = "sim-graph-nonce"
    about = {"aud": GRAPH, "iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0", "appid": CLIENT_ID}
    hashed = base64.urlsafe_b64encode(hashlib.sha256(nonce.encode()).digest()).rstrip(b"=").decode()
    header, *rest = microsoft.mint(person("ada"), changes=about, header={"nonce": hashed}).split(".")
    stated = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    shown = json.dumps({**stated, "nonce": nonce}).encode()
    return ".".join((base64.urlsafe_b64encode(shown).rstrip(b"=").decode(), *rest))


def _accepted(microsoft: IdTokenIssuer) -> Iterator[Sample]:
    ada = person("ada")
    changes: Mapping[str, object]
    for name, about, changes in (
        ("edov", "the owner of the domain is verified", {"xms_edov": True}),
        ("edov-one", "xms_edov is a number", {"xms_edov": 1}),
        ("edov-text", "xms_edov is a text", {"xms_edov": "true"}),
        ("edov-digit", "xms_edov is a digit", {"xms_edov": "1"}),
    ):
        yield _sample(name, about, microsoft.mint(ada, changes=changes), claims={"email_verified": True})
    for name, about, changes in (
        ("edov-false", "nobody has proven the domain", {"xms_edov": False}),
        ("edov-no-digit", "nobody has proven the domain", {"xms_edov": "0"}),
        ("guest", "of another organization, a guest in ours", {"idp": issuer(OTHER_TENANT), "acct": 1}),
        ("one-aud-in-a-list", "the audience as a list of one", {"aud": [CLIENT_ID]}),
    ):
        yield _sample(name, about, microsoft.mint(ada, changes=changes))
    sub = {"sub": f"microsoft|{CONSUMERS}.{personal_id(ada)}"}
    own = microsoft.mint(ada, changes=personal(ada), key=consumers_key(), header={"kid": consumers_key().kid})
    yield _sample("personal", "a personal account, by the key for these", own, claims=sub)
    common = microsoft.mint(ada, changes=personal(ada))
    yield _sample("personal-common-key", "a personal account, by a key for all", common, claims=sub)
    bound = microsoft.mint(ada, changes={"nonce": NONCE})
    yield _sample("nonce", "bound to a login", bound, nonce=NONCE)


def _refused(microsoft: IdTokenIssuer) -> Iterator[Sample]:
    ada, consumers = person("ada"), consumers_key()
    other = {"tid": OTHER_TENANT, "iss": issuer(OTHER_TENANT)}
    v1 = {"iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0", "unique_name": "ada@example.com"}
    cases: tuple[tuple[str, str, str, Mapping[str, Any], SigningKey | None], ...] = (
        ("consumers-key", "the key for personal accounts signs for our tenant", _DEAD, {}, consumers),
        ("other-tenant", "of a tenant that is not accepted", _DEAD, other, None),
        ("other-tid", "the issuer of our tenant, the id of another", _DEAD, {"tid": OTHER_TENANT}, None),
        ("other-issuer", "our tenant's id, the issuer of another", _DEAD, {"iss": issuer(OTHER_TENANT)}, None),
        ("template-issuer", "the issuer of the document for all", _DEAD, {"iss": issuer("{tenantid}")}, None),
        ("no-tid", "names no tenant", _DEAD, {"tid": None}, None),
        ("v1", "a token of version 1.0", _DEAD, v1, None),
        ("v1-at-v2", "of version 1.0, with the issuer of 2.0", _DEAD, {"ver": "1.0"}, None),
        ("no-oid", "the scope profile was not asked for", MissingPermission.reason, {"oid": None}, None),
        ("odd-oid", "an id that is no GUID", ProviderUnavailable.reason, {"oid": "1"}, None),
        ("mixed-aud", "one of two audiences is foreign", _FOREIGN, {"aud": [CLIENT_ID, FOREIGN]}, None),
        ("lost-nonce", "a nonce nobody vouches for", _DEAD, {"nonce": NONCE}, None),
        ("stranger", "signed by a key that Microsoft does not have", _DEAD, {}, strangers_key()),
    )
    for name, about, expected, changes, key in cases:
        yield _sample(name, about, microsoft.mint(ada, changes=changes, key=key), expected)


def _sample(
    name: str,
    about: str,
    token: str,
    expected: str = ACCEPTED,
    *,
    owner: Person | None = None,
    claims: Mapping[str, Any] | None = None,
    nonce: str | None = None,
) -> Sample:
    owner = owner or person("ada")
    usual = expected_claims(owner) if expected == ACCEPTED else {}
    return Sample(
        name=f"{name}-{owner.key}",
        about=about,
        parameters={"access_token": token} if nonce is None else {"access_token": token, "nonce": nonce},
        expected=expected,
        claims={**usual, **(claims or {})},
    )
