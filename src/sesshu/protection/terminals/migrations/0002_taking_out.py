from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("terminals", "0001_initial")]

    operations = [
        migrations.AddField(
            "terminal", "may_take_out", models.BooleanField("持出しの許可", default=False)
        ),
        migrations.AlterField(
            "terminalapplication",
            "kind",
            models.CharField(
                "申請の種類",
                max_length=20,
                choices=[
                    ("registration", "新規登録"),
                    ("renewal", "証明書の更新"),
                    ("reissue", "証明書の再発行"),
                    ("taking_out", "持出しの許可"),
                ],
            ),
        ),
    ]
