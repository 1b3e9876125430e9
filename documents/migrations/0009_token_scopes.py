"""Tokens get a name, scopes, teams and a public id; those that exist keep all their rights."""

from __future__ import annotations

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import documents.models.token


def give_public_ids(apps, schema_editor):
    """The default is computed once for all existing rows; each token gets an id of its own."""
    tokens = apps.get_model("documents", "ApiToken").objects
    for pk in list(tokens.values_list("pk", flat=True)):
        tokens.filter(pk=pk).update(public_id=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_review_desk")]

    operations = [
        migrations.AlterModelOptions(
            name="apitoken",
            options={
                "ordering": ("-created_at",),
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
            },
        ),
        migrations.AddField(
            "apitoken", "last_used_at", models.DateTimeField(null=True, verbose_name="last used")
        ),
        migrations.AddField(
            "apitoken", "name", models.CharField(blank=True, max_length=100, verbose_name="name")
        ),
        migrations.AddField(
            "apitoken",
            "prefix",
            models.CharField(blank=True, editable=False, max_length=12, verbose_name="begins with"),
        ),
        migrations.AddField(
            "apitoken", "revoked_at", models.DateTimeField(null=True, verbose_name="revoked")
        ),
        migrations.AddField(
            "apitoken",
            "scopes",
            models.JSONField(default=documents.models.token.all_scopes, verbose_name="scopes"),
        ),
        migrations.AddField(
            "apitoken", "team_ids", models.JSONField(default=list, verbose_name="teams")
        ),
        migrations.AlterField(
            "apitoken",
            "created_at",
            models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
        ),
        migrations.AlterField(
            "apitoken",
            "digest",
            models.CharField(editable=False, max_length=64, unique=True),
        ),
        migrations.AlterField(
            "apitoken", "expires_at", models.DateTimeField(db_index=True, verbose_name="expires")
        ),
        migrations.AlterField(
            "apitoken", "log_in_key", models.CharField(editable=False, max_length=22)
        ),
        migrations.AlterField(
            "apitoken",
            "user",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tokens",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField("apitoken", "public_id", models.UUIDField(null=True)),
        migrations.RunPython(give_public_ids, migrations.RunPython.noop),
        migrations.AlterField(
            "apitoken",
            "public_id",
            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
