"""The Django project of these tests: settings are one per process, so all of them share it."""

SECRET_KEY = "for tests only"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "accredit.contrib.django",
    "core.tests.contrib.django.own",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DATABASE_ROUTERS = ["core.tests.contrib.django.routers.Chosen"]
ROOT_URLCONF = "core.tests.contrib.django.urls"
USE_TZ = True
