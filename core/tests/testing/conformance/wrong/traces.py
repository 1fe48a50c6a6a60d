"""Secrets, and the provider's words, where somebody can read them."""

import hashlib
import logging
import os
import sys
import warnings
from typing import Any

from core.tests.testing.conformance.good import Good, GoodSettings
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.strategy import ProviderResponse, VerifyContext

LOG = logging.getLogger("kit.wrong")


class Chatty(Good):
    """Says something before it asks."""

    def say(self, token: str) -> None:
        raise NotImplementedError

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        self.say(token.reveal())
        return await super().ask(token, ctx)


@fails("no_secret_is_left_behind", "no_piece_of_a_secret_is_left_behind")
class LogsTokens(Chatty):
    """Level debug is a level of somebody's."""

    def say(self, token: str) -> None:
        LOG.debug("asking about %s", token)


@fails("no_secret_is_left_behind")
class PrintsSecrets(Chatty):
    """Standard output is a log."""

    def say(self, token: str) -> None:
        print(self.settings.app_secret.get_secret_value())  # noqa: T201 - what an author must not do


@fails("no_secret_is_left_behind", "no_piece_of_a_secret_is_left_behind")
class WritesToDescriptor2(Chatty):
    """Past `sys.stderr`, to where it leads."""

    def say(self, token: str) -> None:
        os.write(2, token.encode())


@fails("no_secret_is_left_behind")
class WritesToDescriptor1(Chatty):
    """Past `sys.stdout`, to where it leads."""

    def say(self, token: str) -> None:
        os.write(1, token.encode())


@fails("no_secret_is_left_behind")
class PrintsToTheFirstStream(Chatty):
    """`sys.__stderr__` is the stream before anybody has put another one in its place."""

    def say(self, token: str) -> None:
        if sys.__stderr__ is not None:
            sys.__stderr__.write(token)


@fails("no_piece_of_a_secret_is_left_behind")
class WarnsOfAPart(Chatty):
    """The first characters find the token again elsewhere."""

    def say(self, token: str) -> None:
        warnings.warn(f"asking about {token[:14]}...", stacklevel=1)


@fails("no_piece_of_a_secret_is_left_behind")
class LogsTheEnd(Chatty):
    """And so do the last ones."""

    def say(self, token: str) -> None:
        LOG.info("asking about ...%s", token[-12:])


@fails("no_secret_is_left_behind")
class QuotesTokens(Good):
    """`detail` goes into the log."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except InvalidProviderToken:
            raise InvalidProviderToken(f"{token.reveal()} is dead") from None


@fails("no_piece_of_a_secret_is_left_behind")
class QuotesAPart(Good):
    """A part of a token in `detail`."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().ask(token, ctx)
        except InvalidProviderToken:
            raise InvalidProviderToken(f"{token.reveal()[:13]}... is dead") from None


@fails("no_piece_of_a_secret_is_left_behind")
class QuotesAPartOfAnOutage(Inspected):
    """The same, where the provider is down."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except ProviderUnavailable:
            raise ProviderUnavailable(f"cannot ask about {token.reveal()[:13]}") from None


class PlainSecretSettings(GoodSettings):
    app_secret: str = ""  # type: ignore[assignment]  # what an author must not do


@fails("settings_and_strategy_show_no_secret")
class ShowsItsSecret(Good):
    """A secret in plain text, in every `repr`."""

    settings_type = PlainSecretSettings

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        form = {"access_token": token.reveal()}
        return self.read(await ctx.http.post(f"{self.settings.api_url}/me", form=form))


@fails("no_word_of_the_provider_is_repeated")
class QuotesTheProvider(Inspected):
    """The provider's message may hold anything, an address or another log line too."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        body = response.json_object()
        if response.status != 200 and isinstance(body.get("message"), str):
            raise InvalidProviderToken(f"the provider says {body['message']}")
        return super().read(response)


@fails("no_word_of_the_provider_is_repeated")
class QuotesAnyCode(Inspected):
    """A code that nobody knows may be any text."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        body = response.json_object()
        if response.status != 200 and (code := self.code(body)) != "user_suspended":
            raise InvalidProviderToken(f"code {code}")
        return super().read(response)


@fails("no_word_of_the_provider_is_repeated")
class LogsTheAnswer(Good):
    """A person's whole profile in a log."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        LOG.debug("answer: %s", response.body)
        return super().read(response)


@fails("no_word_of_the_provider_is_repeated")
class QuotesAHeader(Good):
    """A header is the provider's word as well."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 401:
            raise InvalidProviderToken(response.headers.get("www-authenticate", "no challenge"))
        return super().read(response)


@fails("no_word_of_the_provider_is_repeated")
class TellsTheUserByName(Good):
    """Whoever is refused stands in the log by name."""

    def user_id(self, me: dict[str, Any]) -> str:
        LOG.info("%s signs in", me.get("name"))
        return super().user_id(me)


class Naming(Inspected):
    """Says of a refused token which one it was."""

    def name_of(self, token: str) -> str:
        raise NotImplementedError

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except InvalidProviderToken:
            raise InvalidProviderToken(f"refused: {self.name_of(token.reveal())}") from None


@fails("no_secret_is_left_behind")
class HashesTokens(Naming):
    """Without a salt of ours a hash is found again in every other log, and a short token is guessed."""

    def name_of(self, token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


@fails("no_secret_is_left_behind")
class HashesTokensInPart(Naming):
    """A part of a hash still says which token it was."""

    def name_of(self, token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()[:16]


@fails("no_secret_is_left_behind")
class TurnsTokensRound(Naming):
    """Whoever reads a log can turn it round again."""

    def name_of(self, token: str) -> str:
        return token[::-1]


@fails("no_secret_is_left_behind")
class WritesTokensInHex(Naming):
    """Hex is a spelling, and no cipher."""

    def name_of(self, token: str) -> str:
        return token.encode().hex()
