from django.db import migrations

from sesshu.protection.rls import AppendOnly


class Migration(migrations.Migration):
    """The application may add to the audit log and read it; it can neither change nor remove an event."""

    dependencies = [("protection", "0001_initial")]

    operations = [AppendOnly("protection_auditevent")]
