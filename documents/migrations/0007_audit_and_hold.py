import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def copy_changes(apps, schema_editor):
    """What people changed before there was an audit: their events."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO documents_auditentry
                (at, kind, what, user_id, username, team_id, document_id, title, data)
            SELECT event.created_at, 'changed', event.kind, event.actor_id, person.username,
                document.team_id, document.id, document.title, '{}'
            FROM documents_event AS event
            JOIN documents_user AS person ON person.id = event.actor_id
            JOIN documents_document AS document ON document.id = event.document_id
            ORDER BY event.id
            """
        )


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_bulk_and_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("viewed", "viewed"),
                            ("changed", "changed"),
                            ("exported", "exported"),
                            ("deleted", "deleted for good"),
                            ("managed", "team managed"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("what", models.CharField(max_length=40, verbose_name="in detail")),
                ("username", models.CharField(blank=True, max_length=150, verbose_name="who")),
                ("document_id", models.UUIDField(null=True, verbose_name="document")),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit",
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.AddField(
            model_name="document",
            name="held_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="on legal hold since"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="held_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="held by",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="hold_reason",
            field=models.CharField(
                blank=True, editable=False, max_length=500, verbose_name="reason of the hold"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="purge_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="deleted for good at"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="purge_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="audit_days",
            field=models.PositiveIntegerField(
                default=730, editable=False, verbose_name="days of the audit"
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="trash_days",
            field=models.PositiveIntegerField(
                editable=False, null=True, verbose_name="days in the trash"
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="trash_rule_from",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="has_generated_password",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("document.uploaded", "uploaded"),
                    ("document.read", "reading finished"),
                    ("document.reprocessed", "to be read again"),
                    ("document.edited", "details changed"),
                    ("page.corrected", "text corrected"),
                    ("page.reading_accepted", "newer reading accepted"),
                    ("document.approved", "approved"),
                    ("document.rejected", "rejected"),
                    ("document.moved", "moved to another team"),
                    ("document.trashed", "moved to the trash"),
                    ("document.restored", "taken out of the trash"),
                    ("document.held", "put on legal hold"),
                    ("document.released", "legal hold lifted"),
                    ("search.matched", "found by a saved search"),
                    ("document.adopted", "taken in from the archive’s copy"),
                ],
                max_length=40,
                verbose_name="what",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("trashed_at", None), _negated=True),
                fields=["team", "trashed_at"],
                name="document_in_the_trash",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["team", "finished_at"], name="document_read_in_a_team"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("purge_at", None), _negated=True),
                fields=["purge_at"],
                name="document_to_purge",
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="documents.team",
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["-at", "-id"], name="audit_newest_first"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["team", "-at", "-id"], name="audit_of_a_team"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["team", "kind", "-at", "-id"], name="audit_of_a_kind"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["document_id", "-at", "-id"], name="audit_of_a_document"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["user", "-at", "-id"], name="audit_of_a_person"),
        ),
        migrations.RunPython(copy_changes, migrations.RunPython.noop, elidable=True),
    ]
