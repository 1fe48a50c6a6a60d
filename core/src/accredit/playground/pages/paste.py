"""A place for a token of one's own."""

from collections.abc import Mapping

from accredit.parameters import LONGEST
from accredit.playground.layout import button, form
from accredit.plugins import Connection
from accredit.web.elements import Html, tag
from accredit.web.pieces import section

_FOR_ALL = ("nonce", "access_token_secret")
_WORDS = {
    "access_token_secret": "Token secret (OAuth 1.0a)",
    "nonce": "Nonce",
    "code_verifier": "Code verifier",
    "redirect_uri": "Redirect URI",
    "id_token": "ID token beside an access token",
}
_KINDS = {"access_token": "An access token or an ID token", "code": "A code"}
BESIDE = "beside-"
"""Begins the names of the form's fields that are parameters of the request."""


def kinds_of(connection: Connection) -> list[str]:
    """Return the parameters that may hold a credential there, the usual one first."""
    accepts = connection.strategy.accepts
    tokens = [] if accepts == {"code"} else ["access_token"]
    return [*tokens, "code"] if "code" in accepts else tokens


def beside_of(connection: Connection) -> Mapping[str, int]:
    """Return what may stand beside a credential there, each with the most characters it may have."""
    own = {name: most for name, most in connection.reads.items() if name != "code"}
    return {name: LONGEST[name] for name in _FOR_ALL} | own


def paste(connection: Connection) -> Html:
    """Return the form."""
    kinds = kinds_of(connection)
    return section(
        "Paste a token",
        form(
            "paste",
            tag("label", "Token", for_="credential"),
            tag("textarea", id="credential", name="credential", required=True, maxlength="16384", rows="3",
                autocomplete="off", autocapitalize="none", spellcheck="false", aria_describedby="credential-about"),
            tag("p", "It is asked about once. It is not kept, and no page or log shows it. The provider is simulated, "
                "so it knows only its own tokens: press a button above, and take one from the curl line on its "
                "page, with the nonce where there is one.",
                id="credential-about", class_="about"),
            tag("fieldset", tag("legend", "It is"), [
                tag("label", tag("input", type="radio", name="field", value=kind, checked=kind == kinds[0]),
                    _KINDS[kind])
                for kind in kinds
            ]),
            tag("details", tag("summary", "What is sent beside it"), [
                [tag("label", _WORDS.get(name, name), for_=f"{BESIDE}{name}"),
                 tag("input", id=f"{BESIDE}{name}", name=f"{BESIDE}{name}", maxlength=str(most), autocomplete="off",
                     spellcheck="false")]
                for name, most in beside_of(connection).items()
            ]),
            button("Try it"),
            connection=connection.name,
        ),
        id_="paste",
    )  # fmt: skip
