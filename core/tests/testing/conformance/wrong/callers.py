"""Who somebody is, by what the caller says."""

import sys
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit import Verification
from accredit.credentials import AccessToken, Credential, IdToken
from accredit.errors import InvalidProviderToken
from accredit.strategy import VerifyContext


class NamedByTheCaller(Good):
    """Takes whatever `named` finds in the request for the user, and else the provider's word."""

    def named(self, token: Credential) -> str | None:
        raise NotImplementedError

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        verification = await super().verify(token, ctx)
        named = None if token.is_jwt else self.named(token)
        return Verification(
            user_id=named or verification.user_id, audience=verification.audience, claims=verification.claims
        )


@fails("nothing_in_the_request_names_the_user")
class TakesTheNonceForTheUser(NamedByTheCaller):
    """Whoever sends a nonce chooses who they are."""

    def named(self, token: Credential) -> str | None:
        return None if token.nonce is None else token.nonce.get_secret_value()


@fails("nothing_in_the_request_names_the_user")
class TakesTheTokenSecretForTheUser(NamedByTheCaller):
    """A second secret beside the token, as some clients send the user's id in."""

    def named(self, token: Credential) -> str | None:
        return None if not isinstance(token, AccessToken) or token.secret is None else token.secret.get_secret_value()


@fails("nothing_in_the_request_names_the_user", "another_user_than_the_hinted_one_is_refused")
class TakesTheHintForTheUser(NamedByTheCaller):
    """The hint is not handed to a strategy, so this one looks for it in its callers' frames."""

    def named(self, token: Credential) -> str | None:
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            if isinstance(hint := frame.f_locals.get("user_id_hint"), str):
                return hint
        return None


@fails("nothing_in_the_request_names_the_user", "a_token_is_never_more_than_a_token")
class ReadsAUserBehindTheToken(Good):
    """Clients that can send one field only send `token:user`."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        value, _, user = token.reveal().partition(":")
        verification = await super().verify(_like(token, value), ctx)
        if not user:
            return verification
        return Verification(user_id=user, audience=verification.audience, claims=verification.claims)


@fails("nothing_in_the_request_names_the_user")
class ReadsAParameterOfTheRequest(NamedByTheCaller):
    """Another parameter is found in the request's body, far up in the callers' frames."""

    def named(self, token: Credential) -> str | None:
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            for value in list(frame.f_locals.values()):
                if isinstance(value, dict) and "access_token" in value and isinstance(value.get("openid"), str):
                    return str(value["openid"])
        return None


@fails("scope_device_and_state_change_nobody")
class LooksAtTheScope(Good):
    """A caller that asks for `admin` is somebody else."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        frame, found = sys._getframe(), False
        while frame.f_back is not None:
            frame = frame.f_back
            found = found or "admin" in str(getattr(frame.f_locals.get("request"), "scopes", ""))
        if found:
            raise InvalidProviderToken("no admins, please")
        return await super().verify(token, ctx)


def _text(secret: Any) -> str | None:
    return None if secret is None else str(secret.get_secret_value())


# Nonces


@fails("a_nonce_is_never_ignored", "a_nonce_in_an_answer_is_the_one_that_was_sent")
class NeverComparesTheNonce(Inspected):
    """An ID token that was stolen from another login is as good as any."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        pass


@fails("a_nonce_in_an_answer_is_the_one_that_was_sent")
class ComparesTheNonceIfTheProviderNamesOne(Inspected):
    """An ID token without a nonce goes with every nonce."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        ctx.check_nonce(said.get("nonce") or _text(token.nonce))


@fails("a_nonce_is_never_ignored")
class ComparesTheNonceIfTheCallerNamesOne(Inspected):
    """Whoever has stolen an ID token leaves the nonce out."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        if token.nonce is not None:
            ctx.check_nonce(said.get("nonce"))


@fails("a_nonce_is_never_ignored", "a_nonce_in_an_answer_is_the_one_that_was_sent")
class ComparesTheNonceWithItself(Inspected):
    """The request's nonce always equals the request's."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        ctx.check_nonce(_text(token.nonce))


@fails("a_nonce_is_never_ignored", "a_nonce_in_an_answer_is_the_one_that_was_sent")
class ComparesTheNonceWithoutCase(Inspected):
    """A nonce in other case is another nonce."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        if str(said.get("nonce")).lower() != (_text(token.nonce) or "").lower():
            raise InvalidProviderToken("nonce differs")


@fails("a_nonce_is_never_ignored")
class ComparesTheBeginningOfTheNonce(Inspected):
    """One letter of a nonce is soon guessed."""

    def check_nonce(self, token: Credential, said: dict[str, Any], ctx: VerifyContext) -> None:
        if not str(said.get("nonce")).startswith(_text(token.nonce) or "-"):
            raise InvalidProviderToken("nonce differs")


def _like(token: Credential, value: str) -> Credential:
    return IdToken.of(value) if isinstance(token, IdToken) else AccessToken.of(value)
