"""X: one signed call says at once that a token is good, that it is ours, and whose it is; a code takes two calls."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from accredit.audience import AudienceProof, CodeExchanged, SignedByUs, Unbound
from accredit.credentials import AccessToken, AuthorizationCode, Credential
from accredit.errors import (
    ExchangeError,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
    ServerError,
)
from accredit.models import Verification
from accredit.profile import Profile
from accredit.revocation import RevocableToken
from accredit.strategy import ProviderResponse, Strategy, VerifyContext
from accredit_twitter.answers import PROFILE_APIS, NewToken, object_of, read_new_token, read_revocation
from accredit_twitter.normalize import to_profile
from accredit_twitter.refusals import (
    may_be_our_secret,
    refusal_of_bearer,
    refusal_of_new_token,
    refusal_of_our_keys,
    refusal_signed,
)
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.signing import authorization, authorization_of_our_keys

# Source: RFC 6750 section 2.1 (`b64token`). Anything else could make the header malformed, for which X blames us.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class TwitterStrategy(Strategy[TwitterSettings]):
    """Verify users of X.

    A token of OAuth 1.0a comes with its secret, and X only accepts the pair under the signature of the app it was
    made for: that is the proof of audience. A bearer token of OAuth 2.0 tells nobody its app: X has no introspection,
    so it is refused unless the connection accepts unbound tokens. A code of OAuth 2.0 is exchanged with our client id,
    which binds it.
    """

    name = "twitter"
    settings_type = TwitterSettings
    accepts = frozenset({"access_token", "code"})
    paths_name_nobody = True
    # Source: https://docs.x.com/x-api/fundamentals/data-dictionary (`id`: the unique identifier of this user).
    user_id_scope = "global"

    async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
        """Ask X who the token's user is.

        One HTTPS request; none for a bearer that would not be accepted anyway; two where X refuses a signature, and for
        a code.
        """
        if isinstance(credential, AuthorizationCode):
            return await self._verify_code(credential, ctx)
        value, secret = _pair(credential)
        if secret is None and not self.settings.accept_unbound_tokens:
            raise MissingParameter("access_token_secret")
        if not _TOKEN.fullmatch(value):
            raise InvalidProviderToken("token is not of the form X issues")
        api = PROFILE_APIS["v2" if secret is None else self.settings.profile_api]
        url = self.settings.api_url + api.path
        proof: AudienceProof
        if secret is None:
            header, proof = f"Bearer {value}", Unbound("X does not say which app an OAuth 2.0 token is for")
        else:
            header = authorization(
                f"{url}?{urlencode(api.params)}",
                consumer_key=self.settings.consumer_key,
                consumer_secret=self.settings.consumer_secret,
                token=value,
                token_secret=secret,
                now=ctx.clock(),
            )
            proof = SignedByUs(self.settings.consumer_key)
        response = await ctx.http.get(url, params=api.params, headers={"Authorization": header})
        body = object_of(response)
        user = api.read(body) if response.status == 200 else None
        if user is None and secret is None:
            raise refusal_of_bearer(api.name, response, body, client_id=self.settings.client_id, now=ctx.clock())
        if user is None:
            raise await self._refusal(api.name, response, body, ctx)
        user_id, claims = user
        return Verification(user_id=user_id, audience=proof, claims=claims)

    async def _verify_code(self, code: AuthorizationCode, ctx: VerifyContext) -> Verification:
        """Exchange a code, by which X says that it is ours, and ask with the new token who the user is.

        Source: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token
        """
        client_id = self.settings.oauth2_client_id
        if client_id is None:
            raise InvalidParameter("code", needs="oauth2_client_id")
        ctx.check_nonce(None)  # X puts none into anything
        now = ctx.clock()  # before the call: a slow answer must not lengthen the token's life
        new = read_new_token(await self._exchange(code, client_id, ctx), now=now)
        api = PROFILE_APIS["v2"]
        url, headers = self.settings.api_url + api.path, {"Authorization": f"Bearer {new.value}"}
        response = await ctx.http.get(url, params=api.params, headers=headers)
        body = object_of(response)
        user = api.read(body) if response.status == 200 else None
        if user is None:
            raise refusal_of_new_token(api.name, response, body, now=ctx.clock())
        user_id, claims = user
        return Verification(
            user_id=user_id,
            audience=CodeExchanged(client_id),
            claims=claims,
            expires_at=new.expires_at,
            scopes=new.scopes,
            provider_token=_revocable(new, client_id) if self.settings.keep_provider_token else None,
        )

    async def _exchange(self, code: AuthorizationCode, client_id: str, ctx: VerifyContext) -> ProviderResponse:
        if code.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        if code.code_verifier is None:  # whatever `require_pkce` says: X takes no code without it
            raise MissingParameter("code_verifier")
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "redirect_uri": code.redirect_uri,
            "code_verifier": code.code_verifier.get_secret_value(),
            "client_id": client_id,
        }
        return await self._post_as_client("token", form, client_id, ctx)

    async def _post_as_client(
        self, call: str, form: Mapping[str, str], client_id: str, ctx: VerifyContext
    ) -> ProviderResponse:
        """Call an endpoint of OAuth 2.0; a confidential client shows its secret."""
        secret = self.settings.oauth2_client_secret
        basic = None if secret is None else (client_id, secret)
        return await ctx.http.post(f"{self.settings.api_url}/2/oauth2/{call}", form=form, basic=basic)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        """Revoke a token that a code was exchanged for: one HTTPS request.

        Source: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token

        Raises:
            ProviderUnavailable: X is down, limits us, or answers what is not understood.
            ServerError: X refuses our client, or the token is of one that we were before.
            UnlistedRefusal: X refuses in words that are not known.
        """
        client_id = self.settings.oauth2_client_id
        if client_id is None or token.client_id != client_id:
            raise ProviderMisconfigured("the kept token is of another oauth2_client_id than that of the settings")
        form = {"token": token.reveal(), "token_type_hint": token.kind, "client_id": client_id}
        read_revocation(await self._post_as_client("revoke", form, client_id, ctx), now=ctx.clock())

    async def check_credentials(self, ctx: VerifyContext) -> None:
        """Ask X about our key and secret: one HTTPS request."""
        error = await self._refusal_of_our_keys(ctx)
        if error is not None:
            raise error

    async def _refusal(
        self, call: str, response: ProviderResponse, body: Mapping[str, Any], ctx: VerifyContext
    ) -> ExchangeError:
        """Return the error for a signed call. One more HTTPS request where X says only that the signature is wrong.

        That may be the token's part of it or ours, and a wrong secret of ours must not be blamed on every user. No part
        of that request comes from the user, so nobody can call the operator with it; where X does not tell, its word
        about the token stands.
        """
        error = refusal_signed(call, response, body, now=ctx.clock())
        if not may_be_our_secret(body, response.status) or not isinstance(error, InvalidProviderToken):
            return error
        try:
            ours = await self._refusal_of_our_keys(ctx)
        except ProviderUnavailable:
            return error
        return ours if isinstance(ours, ServerError) else error

    async def _refusal_of_our_keys(self, ctx: VerifyContext) -> ExchangeError | None:
        """Ask X for a temporary token, which takes our key and secret alone, and forget it. None where X knows them.

        Source: https://docs.x.com/fundamentals/authentication/oauth-1-0a/obtaining-user-access-tokens
        """
        url = f"{self.settings.api_url}/oauth/request_token"
        header = authorization_of_our_keys(
            url,
            consumer_key=self.settings.consumer_key,
            consumer_secret=self.settings.consumer_secret,
            now=ctx.clock(),
        )
        response = await ctx.http.post(url, headers={"Authorization": header})
        return refusal_of_our_keys("oauth/request_token", response, object_of(response), now=ctx.clock())

    def normalize(self, verification: Verification) -> Profile:
        """Map the user object to claims; an address X hands out is one it has verified."""
        return to_profile(verification.claims)


def _revocable(new: NewToken, client_id: str) -> RevocableToken:
    """Return the refresh token, which comes with the scope offline.access; else the access token, until it ends."""
    if new.refresh_token is not None:
        return RevocableToken.of(new.refresh_token, kind="refresh_token", client_id=client_id)
    return RevocableToken.of(new.value, kind="access_token", client_id=client_id, expires_at=new.expires_at)


def _pair(token: Credential) -> tuple[str, str | None]:
    """Return token and secret; clients that can send one field only send `token:secret`, as neither holds a colon."""
    value = token.reveal()
    if isinstance(token, AccessToken) and token.secret is not None:
        return value, token.secret.get_secret_value()
    match value.split(":"):
        case [first, second] if first and second:
            return first, second
        case _:
            return value, None
