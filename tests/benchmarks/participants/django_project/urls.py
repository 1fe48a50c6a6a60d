"""Where the project answers."""

from django.urls import include, path

urlpatterns = [
    path("login/", include("accredit.contrib.django.urls")),
    path("", include("accredit.contrib.django.root_urls")),
]
