"""One endpoint: the provider's token is verified by social-auth-core, as its page on REST says, and ours are issued."""

import hashlib
import os
import secrets
import time
from typing import Annotated, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from social_core.backends.facebook import FacebookOAuth2
from social_core.backends.google import GoogleOAuth2
from social_core.exceptions import SocialAuthBaseException
from social_core.strategy import BaseStrategy
from tests.benchmarks.credentials import APP_ID, APP_SECRET, CLIENT_ID
from tests.benchmarks.peers.fastapi_social_core.store import Store

ISSUER = "https://login.example.com/"
_SETTINGS = {
    "SOCIAL_AUTH_FACEBOOK_KEY": APP_ID,
    "SOCIAL_AUTH_FACEBOOK_SECRET": APP_SECRET,
    "SOCIAL_AUTH_FACEBOOK_PROFILE_EXTRA_PARAMS": {"fields": "id,name,first_name,last_name,email,picture"},
    "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY": CLIENT_ID,
    "SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET": "unused",
    "SOCIAL_AUTH_PIPELINE": (
        "social_core.pipeline.social_auth.social_details",
        "social_core.pipeline.social_auth.social_uid",
        "social_core.pipeline.social_auth.auth_allowed",
        "tests.benchmarks.peers.fastapi_social_core.app.find_or_create_user",
    ),
}
store = Store(os.environ["BENCHMARK_DATABASE"])
key = rsa.generate_private_key(65537, 2048)
app = FastAPI()


class User:
    """Somebody who has logged in; the library writes attributes of its own here."""

    def __init__(self, subject: str, claims: dict[str, Any]) -> None:
        self.subject = subject
        self.claims = claims


class LoopbackFacebook(FacebookOAuth2[User]):
    """Facebook at the address of the benchmark's provider."""

    USER_DATA_URL = f"{os.environ['BENCHMARK_GRAPH_URL']}/me"


class LoopbackGoogle(GoogleOAuth2[User]):
    """Google there, too."""

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Ask as the library does, elsewhere."""
        url = f"{os.environ['BENCHMARK_GRAPH_URL']}/userinfo"
        answer: dict[str, Any] = self.get_json(url, headers={"Authorization": f"Bearer {access_token}"})
        return answer


class Strategy(BaseStrategy[dict[str, Any]]):
    """What the library asks of a framework, as far as a login by token needs it."""

    def get_setting(self, name: str) -> Any:
        return _SETTINGS[name]

    def request_data(self, merge: bool = True) -> dict[str, Any]:
        return {}

    def request_host(self) -> str:
        return "login.example.com"

    def build_absolute_uri(self, path: str | None = None) -> str:
        return ISSUER + (path or "")

    def redirect(self, url: str) -> dict[str, Any]:
        raise NotImplementedError

    def html(self, content: str) -> dict[str, Any]:
        raise NotImplementedError

    def session_get(self, name: str, default: Any = None) -> Any:
        return default

    def session_set(self, name: str, value: Any) -> None:
        pass

    def session_pop(self, name: str) -> None:
        pass

    def session_setdefault(self, name: str, value: Any) -> Any:
        return value


class SocialStorage:
    """The library asks whether something is a user."""

    class user:  # noqa: N801 - the library's name
        @staticmethod
        def is_valid_user_class(user: object) -> bool:
            return user is not None

        @staticmethod
        def user_model() -> type[dict[str, Any]]:
            return dict

    @classmethod
    def is_integrity_error(cls, exception: Exception) -> bool:
        return False


def find_or_create_user(
    backend: LoopbackFacebook | LoopbackGoogle, uid: str, details: dict[str, Any], response: dict[str, Any], **_: Any
) -> dict[str, User]:
    """Return the user of an account; the last step of the pipeline."""
    claims = {
        "name": details["fullname"],
        "given_name": details["first_name"],
        "family_name": details["last_name"],
        "picture": str(response["picture"]),
        "email": details["email"],
        "email_verified": False,
    }
    return {"user": User(store.subject(f"{backend.name}|{uid}"), claims)}


BACKENDS: dict[str, type[LoopbackFacebook | LoopbackGoogle]] = {
    "facebook": LoopbackFacebook,
    "google-oauth2": LoopbackGoogle,
}


class Login(BaseModel):
    client_id: str
    connection: str
    access_token: str
    scope: str = ""


def verified(login: Login) -> User:
    """Return the user whose token it is."""
    if login.client_id != "bench" or login.connection not in BACKENDS:
        raise HTTPException(400, "invalid_request")
    backend = BACKENDS[login.connection](Strategy(storage=SocialStorage))  # type: ignore[arg-type]  # it is all that is asked
    try:
        user: User | None = backend.do_auth(login.access_token)
    except SocialAuthBaseException as exc:
        raise HTTPException(401, "invalid access_token: invalid_token") from exc
    if not user:
        raise HTTPException(401, "invalid access_token: invalid_token")
    return user


@app.post("/oauth/access_token")
def exchange(login: Login, user: Annotated[User, Depends(verified)]) -> dict[str, Any]:
    """Exchange the provider's token for ours."""
    now = int(time.time())
    common = {"iss": ISSUER, "sub": user.subject, "iat": now}
    access = {"aud": ISSUER, "exp": now + 86_400, "jti": secrets.token_urlsafe(16), "client_id": login.client_id}
    access_token = jwt.encode({**common, **access, "scope": login.scope}, key, "RS256", headers={"typ": "at+jwt"})
    identity = {"aud": login.client_id, "exp": now + 36_000, "auth_time": now}
    refresh_token = secrets.token_urlsafe(32)
    store.save(hashlib.sha256(refresh_token.encode()).digest(), user.subject, login, now)
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": 86_400,
        "scope": login.scope,
        "id_token": jwt.encode({**common, **identity, **user.claims}, key, "RS256"),
        "refresh_token": refresh_token,
    }
