from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial")]

    operations = [
        migrations.AddField(
            "erasurerun", "reason", models.CharField("申請の理由", max_length=200, blank=True)
        ),
    ]
