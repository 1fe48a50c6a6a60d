"""What the Django projects have in common: SQLite as the guide of our own project has it, and no debugging."""

import os
from pathlib import Path

from tests.benchmarks.credentials import APP_ID, APP_SECRET, CLIENT_ID

__all__ = [
    "ALLOWED_HOSTS", "APP_ID", "APP_SECRET", "AUTHENTICATION", "BASE_DIR", "CLIENT_ID", "DATABASES", "DEBUG",
    "DEFAULT_AUTO_FIELD", "GRAPH_URL", "LOGGING", "MIDDLEWARE", "SECRET_KEY", "USE_TZ",
]  # fmt: skip

BASE_DIR = Path(os.environ["BENCHMARK_FOLDER"])
GRAPH_URL = os.environ["BENCHMARK_GRAPH_URL"]
SECRET_KEY = "of-the-benchmark-" + 64 * "x"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL", "timeout": 60},
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
