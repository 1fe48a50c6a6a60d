"""Verify an ID token of Microsoft Entra ID: its signature, its key's issuer, its tenant."""

from functools import partial

from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifiedIdToken, VerifyContext
from accredit.text import short_text
from accredit_microsoft.normalize import to_profile
from accredit_microsoft.settings import MicrosoftSettings
from accredit_microsoft.tenants import is_accepted, is_guid, is_issued


class MicrosoftStrategy(Strategy[MicrosoftSettings]):
    """Microsoft Entra ID and personal Microsoft accounts, for ID tokens of version 2.0.

    No access token is accepted: those for Microsoft Graph are of a form of its own, which nobody else may verify, and
    any application's would be as good as ours.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
    """

    name = "microsoft"
    settings_type = MicrosoftSettings
    accepts = frozenset({"id_token"})
    paths_name_nobody = True
    # Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference, at `oid`: every app
    # gets the same one for a user of a tenant, and `sub` is another one for each app.
    user_id_scope = "issuer"
    traits = frozenset({"composite_ids"})

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Verify an ID token; at most one HTTPS request, for the keys.

        Raises:
            ProviderTokenRejected: it is not genuine or current, of an older version, of a tenant that is not accepted,
                or does not name its user.
            ProviderUnavailable: the keys cannot be fetched, or an id is none.
        """
        token = await ctx.verify_id_token(
            credential,
            jwks_url=self.settings.jwks_url,
            issuers=partial(is_issued, self.settings.issuer_template),
            algorithms=("RS256",),
        )
        if token.claims.get("ver") != "2.0":
            raise InvalidProviderToken("ver: no token of version 2.0")
        if not is_accepted(token.claims["tid"], self.settings.tenants):
            raise InvalidProviderToken("tid: its tenant is not accepted")
        return _verification(token)

    def normalize(self, verification: Verification) -> Profile:
        """Map the claims of the ID token."""
        return to_profile(verification.claims, tenants=self.settings.tenants, email_domains=self.settings.email_domains)


def _verification(token: VerifiedIdToken) -> Verification:
    """Name the user by tenant and object: another tenant may have any other id twice.

    Source: https://learn.microsoft.com/en-us/entra/identity-platform/migrate-off-email-claim-authorization (`tid` and
    `oid` are the key of a user)
    """
    claims = token.claims
    tenant, user = claims["tid"], claims.get("oid")
    if user is None:
        raise MissingPermission("oid is missing: the scope profile was not asked for")
    if not is_guid(user):
        raise ProviderUnavailable("oid is no GUID")
    facts = {"tid": tenant, "idp": short_text(claims.get("idp"), longest=255)}
    try:
        return Verification(
            user_id=f"{tenant}.{user}",
            audience=token.audience,
            claims=claims,
            expires_at=token.expires_at,
            alternate_ids={"oid": user, "sub": token.subject},
            facts={name: value for name, value in facts.items() if value is not None},
        )
    except ValueError:
        # Not chained: nothing of what nobody understands belongs into a log.
        raise ProviderUnavailable("sub is no id") from None
