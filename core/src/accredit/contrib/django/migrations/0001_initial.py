"""Identities, subjects, sessions with their refresh tokens, and what may be used once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accredit.contrib.django.fields


class Migration(migrations.Migration):
    """Create the tables."""

    initial = True

    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)

    operations = (
        migrations.CreateModel(
            name="Lock",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", accredit.contrib.django.fields.ExactField(max_length=512, unique=True)),
                ("blocked", models.BooleanField(default=False)),
                ("created_at", models.BigIntegerField()),
                ("version", models.BigIntegerField(default=0)),
                ("outdated_at", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="UsedOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", accredit.contrib.django.fields.ExactField(max_length=256, unique=True)),
                ("expires_at", models.BigIntegerField(db_index=True)),
            ],
            options={
                "verbose_name": "used once",
                "verbose_name_plural": "used once",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sid", accredit.contrib.django.fields.ExactField(max_length=256, unique=True)),
                ("client_id", accredit.contrib.django.fields.ExactField(max_length=256)),
                ("subject", accredit.contrib.django.fields.ExactField(max_length=512)),
                ("connection", models.TextField()),
                ("strategy", models.TextField()),
                ("namespace", accredit.contrib.django.fields.ExactField(max_length=256)),
                ("provider_user_id", accredit.contrib.django.fields.ExactField(max_length=256)),
                ("scope", models.TextField()),
                ("audience", models.TextField()),
                ("device", models.TextField(null=True)),
                ("claims", models.TextField()),
                ("auth_time", models.BigIntegerField()),
                ("expires_at", models.BigIntegerField()),
                ("kept_until", models.BigIntegerField(db_index=True)),
                ("renewable", models.BooleanField()),
                ("identity_version", models.BigIntegerField(default=0)),
                ("subject_version", models.BigIntegerField(default=0)),
                ("ended", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", accredit.contrib.django.fields.ExactField(max_length=256, unique=True)),
                ("issued_at", models.BigIntegerField()),
                ("replaced_at", models.BigIntegerField(null=True)),
                ("successors", models.IntegerField(default=0)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_tokens",
                        to="accredit.session",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("namespace", accredit.contrib.django.fields.ExactField(max_length=256)),
                ("provider_user_id", accredit.contrib.django.fields.ExactField(max_length=256)),
                ("subject", accredit.contrib.django.fields.ExactField(db_index=True, max_length=512)),
                ("unlinked", models.BooleanField(default=False)),
                ("linked_at", models.BigIntegerField()),
                ("version", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "identities",
                "constraints": [
                    models.UniqueConstraint(fields=("namespace", "provider_user_id"), name="accredit_identity_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["subject", "auth_time"], name="accredit_session_owner"),
        ),
    )
