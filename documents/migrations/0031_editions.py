"""Editions: another file takes the place of a document, which stays as an older version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0030_given_password"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="document",
            name="document_to_review",
        ),
        migrations.AddField(
            model_name="document",
            name="edition",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
        ),
        migrations.AddField(
            model_name="document",
            name="edition_of",
            field=models.UUIDField(db_index=True, default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="replaced_by",
            field=models.UUIDField(default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="replaces",
            field=models.UUIDField(db_index=True, default=None, editable=False, null=True),
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
                    ("review.postponed", "review postponed"),
                    ("review.assigned", "review assigned"),
                    ("document.trashed", "moved to the trash"),
                    ("document.restored", "taken out of the trash"),
                    ("document.held", "put on legal hold"),
                    ("document.released", "legal hold lifted"),
                    ("document.replaced", "replaced by a newer version"),
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
                fields=[
                    "review_status",
                    "status",
                    "review_reason",
                    "flags",
                    "trashed_at",
                    "replaced_by",
                    "team",
                ],
                name="document_to_review",
            ),
        ),
    ]
