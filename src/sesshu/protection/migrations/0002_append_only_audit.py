from django.db import migrations

APPLICATION = "sesshu_app"


class Migration(migrations.Migration):
    """The application may add to the audit log and read it; it can neither change nor remove an event."""

    dependencies = [("protection", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON protection_auditevent FROM {APPLICATION}",
            f"GRANT UPDATE, DELETE ON protection_auditevent TO {APPLICATION}",
        )
    ]
