"""An app with our router, as the guide to FastAPI says."""

import os

from fastapi import FastAPI

from accredit import load_settings
from accredit.contrib.fastapi import Accredit


def create_app() -> FastAPI:
    """Return the app."""
    accredit = Accredit(load_settings(os.environ["BENCHMARK_CONFIG"]))
    app = FastAPI(lifespan=accredit.lifespan)
    app.include_router(accredit.router, prefix="/login")
    accredit.install(app)
    return app
