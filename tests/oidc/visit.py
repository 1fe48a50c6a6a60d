"""Ada at a server's own pages: redirects, cookies and forms, as a browser has them; and what her app gets there."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from tests.oidc.servers import BASIC, REDIRECT_URI, SECRET, Server

_MOST_PAGES = 15


@dataclass(frozen=True, slots=True)
class Login:
    """A login that an app has begun: what it must remember, and the code that it got."""

    client_id: str
    verifier: str
    nonce: str
    code: str

    @property
    def parameters(self) -> dict[str, str]:
        """What the app sends to Accredit."""
        return {
            "code": self.code,
            "code_verifier": self.verifier,
            "redirect_uri": REDIRECT_URI,
            "nonce": self.nonce,
        }


class _Form(HTMLParser):
    """The first form of a page: where it goes, and its fields with their values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = given.get("action") or ""
        if tag == "input" and (name := given.get("name")):
            self.fields[name] = given.get("value") or ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser at one server; `client` holds its cookies."""

    server: Server
    client: httpx.Client

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.server.issuer}/.well-known/openid-configuration").json()
        return found

    def log_in(self, client_id: str = BASIC) -> Login:
        """Log Ada in for an app, by PKCE and with a nonce, and return what comes back to its redirect URI."""
        verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        question = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid profile email",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "nonce": nonce,
            "state": state,
        }
        answer = self.client.get(self.document()["authorization_endpoint"], params=question)
        for _ in range(_MOST_PAGES):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(REDIRECT_URI):
                    said = parse_qs(urlsplit(target).query)
                    assert said["state"] == [state]
                    return Login(client_id, verifier, nonce, said["code"][0])
                answer = self.client.get(target)
                continue
            assert answer.status_code == 200, answer.text
            form = _Form(answer.text)
            assert form.action is not None, answer.text
            filled = {name: self.server.login.get(name, value) for name, value in form.fields.items()}
            here = str(answer.url)
            answer = self.client.post(urljoin(here, form.action or here), data=filled, headers={"Referer": here})
        raise AssertionError("the server sends Ada from page to page")

    def exchange(self, login: Login) -> dict[str, str]:
        """Exchange a code as the app would without Accredit, by its secret, and return the server's answer."""
        form = {
            "grant_type": "authorization_code",
            "code": login.code,
            "code_verifier": login.verifier,
            "redirect_uri": REDIRECT_URI,
        }
        answer = self.client.post(self.document()["token_endpoint"], data=form, auth=(login.client_id, SECRET))
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found
