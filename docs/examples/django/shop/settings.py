"""What is different from the settings that `django-admin startproject` writes stands at the end."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["shop.example.com", "127.0.0.1"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}

INSTALLED_APPS += ["accredit.contrib.django"]
ACCREDIT = {
    "issuer": "https://shop.example.com/login/",  # the public URL of the include
    "connections": {"facebook": {"app_id": "1234567890"}},  # its app_secret comes from the environment
    "clients": {"shop-app": {"connections": ["facebook"], "scopes": ["read:orders"]}},
    "users": "shop.accounts.ShopUsers",
}
