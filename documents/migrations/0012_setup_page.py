from django.db import migrations, models
from django.utils import timezone


def put_away_where_work_has_begun(apps, schema_editor):
    """An archive with documents is set up already."""
    identity = apps.get_model("documents", "ArchiveIdentity")
    if apps.get_model("documents", "Document").objects.exists():
        identity.objects.update(set_up_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0011_saved_search_visits"),
    ]

    operations = [
        migrations.AddField(
            model_name="archiveidentity",
            name="set_up_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(put_away_where_work_has_begun, migrations.RunPython.noop),
    ]
