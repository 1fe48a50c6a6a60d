"""What `django-admin startproject` writes, and what the guide adds to it."""

import json
import os
from pathlib import Path

BASE_DIR = Path(os.environ["BENCHMARK_FOLDER"])
SECRET_KEY = "of-the-benchmark"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "accredit.contrib.django"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "tests.benchmarks.participants.django_project.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL", "timeout": 60},
    }
}
USE_TZ = True
ACCREDIT = json.loads(os.environ["BENCHMARK_ACCREDIT"])
LOGGING = {
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"accredit": {"handlers": ["console"], "level": "INFO"}},
}
