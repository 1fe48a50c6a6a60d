"""The Django app: its label is `accredit`."""

from django.apps import AppConfig


class AccreditConfig(AppConfig):
    """The app of `INSTALLED_APPS`."""

    name = "accredit.contrib.django"
    label = "accredit"
    verbose_name = "Accredit"
    default_auto_field = "django.db.models.BigAutoField"
