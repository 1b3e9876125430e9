from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_fair_queue")]

    operations = [
        migrations.AddField("workerprocess", "jail_refused", models.JSONField(null=True)),
    ]
