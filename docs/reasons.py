"""The page of reasons and checks in plain words, from the words that pages for people show."""

from collections.abc import Iterator, Mapping

from docs.markdown import cell, code, table

from accredit.explaining.words.apps import APPS
from accredit.explaining.words.checks import CHECKS, PROOFS, VERIFIED_BY
from accredit.explaining.words.credentials import CREDENTIALS
from accredit.explaining.words.ours import TOKENS
from accredit.explaining.words.outages import OUTAGES
from accredit.explaining.words.people import PEOPLE
from accredit.explaining.words.requests import REQUESTS
from accredit.explaining.words.words import Words

PARTS: Mapping[str, Mapping[str, Words]] = {
    "The provider's token": CREDENTIALS,
    "Who the user is": PEOPLE,
    "Tokens of ours": TOKENS,
    "Which app asks": APPS,
    "What the app asks for": REQUESTS,
    "What has failed, or is too much": OUTAGES,
}


def page() -> Iterator[str]:
    """Yield the parts of the page, as Markdown."""
    yield "# Reasons in plain words"
    yield (
        "For people who may never have heard of OAuth: what each `reason` and each check of the audit event means, and "
        "whose turn it is. An *app* is what people log in to, a *provider* is where "
        "they have an account, such as Facebook. An *operator* runs this server. What operators should watch for "
        "stands in [Operate](../../guides/operate.md#what-to-alert-on)."
    )
    for title, reasons in PARTS.items():
        yield f"## {title}"
        for reason, words in reasons.items():
            yield from _told(reason, words)
    yield "## Checks"
    yield "What each check asks, by its name in the event."
    yield _meanings("check", CHECKS)
    yield "## Proofs of audience"
    yield "How it is known for which app a token was made: `audience_proof` of the event."
    yield _meanings("proof", PROOFS)
    yield "## Who has said whose token it is"
    yield "`verified_by` of the event."
    yield _meanings("`verified_by`", VERIFIED_BY)


def _told(reason: str, words: Words) -> Iterator[str]:
    yield f"### {words.title}"
    yield f"{code(reason)}. {words.what} {words.why}"
    turns = ((who.capitalize() if who != "nobody" else "Nobody need act", what) for who, what in words.who)
    yield "\n".join([f"* {words.client}", *(f"* *{who}:* {what}" for who, what in turns)])


def _meanings(name: str, meanings: Mapping[str, str]) -> str:
    return table((name, "meaning"), [(code(one), cell(meaning)) for one, meaning in meanings.items()])
