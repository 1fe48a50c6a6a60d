"""Verify an ID token of Microsoft Entra ID: signature, issuer of its key, tenant. A code is exchanged for one."""

from functools import partial

from accredit.credentials import AuthorizationCode, Credential, CredentialKind
from accredit.errors import (
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    MissingPermission,
    ProviderUnavailable,
)
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy, VerifiedIdToken, VerifyContext
from accredit.text import short_text
from accredit_microsoft.answers import read_id_token
from accredit_microsoft.normalize import to_profile
from accredit_microsoft.settings import MicrosoftSettings
from accredit_microsoft.tenants import is_accepted, is_guid, is_issued


class MicrosoftStrategy(Strategy[MicrosoftSettings]):
    """Microsoft Entra ID and personal Microsoft accounts, for ID tokens of version 2.0 and codes.

    No access token is accepted: those for Microsoft Graph are of a form of its own, which nobody else may verify, and
    any application's would be as good as ours.
    Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
    """

    name = "microsoft"
    settings_type = MicrosoftSettings
    accepts = frozenset({"id_token", "code"})
    paths_name_nobody = True
    # Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference, at `oid`: every app
    # gets the same one for a user of a tenant, and `sub` is another one for each app.
    user_id_scope = "issuer"
    traits = frozenset({"composite_ids"})

    def kind_of(self, value: str) -> CredentialKind:
        """Take everything without a kind for an ID token: what an app sends that has mixed them up is no code."""
        return "id_token"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Verify an ID token, for which at most the keys are fetched; a code is exchanged for one before.

        Raises:
            ProviderTokenRejected: it is not genuine or current, of an older version, of a tenant that is not accepted,
                or does not name its user.
            ProviderUnavailable: the keys cannot be fetched, or an id is none.
            ServerError: Microsoft refuses our app.
            InvalidRequest: codes need a secret in the settings, and a redirect URI in the request.
        """
        token = await ctx.verify_id_token(
            await self._exchange(credential, ctx) if isinstance(credential, AuthorizationCode) else credential,
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

    async def _exchange(self, code: AuthorizationCode, ctx: VerifyContext) -> str:
        """Return the ID token for which Microsoft takes a code from us.

        Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
        """
        secret, url = self.settings.client_secret, self.settings.token_url
        if secret is None or url is None:
            raise InvalidParameter("code", needs="client_secret and token_url")
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        form = {
            "grant_type": "authorization_code",
            "client_id": self.settings.client_ids[0],
            "client_secret": secret.get_secret_value(),
            "code": code.reveal(),
            "redirect_uri": code.redirect_uri,
        }
        if code.code_verifier is not None:
            form["code_verifier"] = code.code_verifier.get_secret_value()
        return read_id_token(await ctx.http.post(url, form=form), now=ctx.clock())


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
