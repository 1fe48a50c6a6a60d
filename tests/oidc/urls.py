"""Where Django OAuth Toolkit and the login page of Django's admin are."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("o/", include("oauth2_provider.urls"))]
