from typing import Any

from django.db import migrations, models


def keep_chosen(apps: Any, schema_editor: Any) -> None:
    """Until now only people named a document's language."""
    documents = apps.get_model("documents", "Document").objects
    documents.exclude(language="").update(language_chosen=True)


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0024_fair_priorities"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="language_chosen",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="page",
            name="language",
            field=models.CharField(editable=False, max_length=8, null=True),
        ),
        migrations.RunPython(keep_chosen, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="page",
            index=models.Index(
                condition=models.Q(("language", None), ("status", "done")),
                fields=["id"],
                name="page_without_language",
            ),
        ),
    ]
