"""Counters of log-ins and tokens of our own, in the place of those of django-axes and knox."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import documents.models.team

_EARLIER_APPS = ("axes", "knox")
_EARLIER_TABLES = (
    "axes_accessattemptexpiration",
    "axes_accessattempt",
    "axes_accessfailurelog",
    "axes_accesslog",
    "knox_authtoken",
)


def give_log_in_keys(apps, schema_editor):
    """The default is computed once for all existing rows; each user gets a key of their own."""
    User = apps.get_model("documents", "User")
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(log_in_key=documents.models.team.make_log_in_key())


def drop_earlier_tables(apps, schema_editor):
    connection = schema_editor.connection
    existing = set(connection.introspection.table_names())
    for table in _EARLIER_TABLES:
        if table in existing:
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(table)}")
    migrations_table = schema_editor.quote_name("django_migrations")
    for app in _EARLIER_APPS:
        if "django_migrations" in existing:
            schema_editor.execute(
                f"DELETE FROM {migrations_table} WHERE app = %s",  # noqa: S608 # nosec B608 # quoted above
                [app],
            )
        if "django_content_type" in existing:
            apps.get_model("contenttypes", "ContentType").objects.filter(app_label=app).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_worker_jail"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="log_in_key",
            field=models.CharField(
                default=documents.models.team.make_log_in_key, editable=False, max_length=22
            ),
        ),
        migrations.RunPython(give_log_in_keys, migrations.RunPython.noop),
        migrations.CreateModel(
            name="LogInCounter",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.FloatField(default=0.0)),
                (
                    "counted_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                ("waiting_since", models.DateTimeField(null=True)),
                ("succeeded_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("log_in_key", models.CharField(max_length=22)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(drop_earlier_tables, migrations.RunPython.noop),
    ]
