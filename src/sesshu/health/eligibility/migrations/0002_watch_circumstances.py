from django.db import migrations

from sesshu.health.eligibility.watching import WatchCircumstances


class Migration(migrations.Migration):

    dependencies = [
        ("eligibility", "0001_initial"),
        ("ledger", "0002_personal_circumstances"),
    ]

    operations = [WatchCircumstances()]
