from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_sign_in")]

    operations = [
        migrations.RenameField("logincounter", "waiting_since", "waits_until"),
    ]
