"""A shop whose users log in with Facebook, and whose API takes the tokens they get for it."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI

from accredit import AccessToken, ProviderToken, Settings, load_settings
from accredit.contrib.fastapi import Accredit


def create_app(settings: Settings | None = None, **parts: Any) -> FastAPI:
    """Return the app. Its tests hand in `settings` and `parts`; without them accredit.toml says everything."""
    accredit = Accredit(settings or load_settings("accredit.toml"), **parts)
    app = FastAPI(title="Shop", lifespan=accredit.lifespan)
    app.include_router(accredit.router, prefix="/login")
    accredit.install(app)

    buyer = Annotated[AccessToken, Depends(accredit.require("read:orders", users_only=True))]
    staff = Annotated[AccessToken, Depends(accredit.require("write:users"))]

    @app.get("/orders")
    async def orders(token: buyer) -> dict[str, str]:
        return {"orders of": token.subject}

    @app.post("/whoami")
    async def whoami(facebook_token: str) -> dict[str, str | None]:
        identity = await accredit.exchange.verify("facebook", ProviderToken.of(facebook_token))
        return {"id": identity.user_id, "name": identity.profile.name}

    @app.post("/users/{subject}/block")
    async def block(subject: str, token: staff) -> dict[str, str]:
        await accredit.exchange.subjects.block(subject)
        return {"blocked": subject, "by": token.subject}

    return app
