"""All there is to try at one provider, and a place for a token of one's own."""

from collections.abc import Sequence

from accredit.playground.layout import button, form
from accredit.playground.pages.why import title_of
from accredit.playground.stock import Stock
from accredit.testing import Sample
from accredit.web.elements import Html, tag
from accredit.web.pieces import notice, section


def tokens(connection: str, stock: Stock) -> Html:
    """Return the samples as buttons, those that must be accepted first."""
    if stock.problem:
        return section("Tokens to try", notice(stock.problem, is_bad=True), id_="tokens")
    return section(
        "Tokens to try",
        tag("p", "Each button sends one request, and shows what became of it.", class_="about"),
        tag("h3", "Accepted: one for each person, and other good ones"),
        _buttons(connection, stock.accepted),
        tag("h3", "Refused, and why"),
        [
            tag(
                "details",
                tag("summary", title_of(reason), f" ({len(samples)}) ", tag("code", reason)),
                _buttons(connection, samples),
                open=reason == "wrong_audience",
            )
            for reason, samples in stock.refused.items()
        ],
        id_="tokens",
    )


def _buttons(connection: str, samples: Sequence[Sample]) -> Html:
    rows = [
        tag(
            "li",
            button(tag("bdi", sample.name), name="sample", value=sample.name, class_="quiet"),
            tag("span", sample.about, class_="about"),
        )
        for sample in samples
    ]
    return form("send", tag("ul", rows, class_="samples"), connection=connection)


_FIELDS = (
    ("access_token_secret", "Token secret (OAuth 1.0a)", 1024),
    ("nonce", "Nonce", 1024),
    ("code_verifier", "Code verifier", 128),
    ("redirect_uri", "Redirect URI", 2048),
)
"""What may stand beside a credential: name, words, most characters."""


def paste(connection: str, *, accepts_only_codes: bool) -> Html:
    """Return the form for a token of one's own."""
    kinds = [("code", "A code"), ("access_token", "An access token or an ID token")]
    chosen = "code" if accepts_only_codes else "access_token"
    return section(
        "Paste a token",
        form(
            "paste",
            tag("label", "Token", for_="credential"),
            tag("textarea", id="credential", name="credential", required=True, maxlength="16384", rows="3",
                autocomplete="off", autocapitalize="none", spellcheck="false", aria_describedby="credential-about"),
            tag("p", "It is asked about once. It is not kept, and no page or log shows it. The provider is simulated, "
                "so it knows only its own tokens.", id="credential-about", class_="about"),
            tag("fieldset", tag("legend", "It is"), [
                tag("label", tag("input", type="radio", name="field", value=name, checked=name == chosen), text)
                for name, text in reversed(kinds)
            ]),
            tag("details", tag("summary", "What is sent beside it"), [
                [tag("label", text, for_=name),
                 tag("input", id=name, name=name, maxlength=str(most), autocomplete="off", spellcheck="false")]
                for name, text, most in _FIELDS
            ]),
            button("Try it"),
            connection=connection,
        ),
        id_="paste",
    )  # fmt: skip
