from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("intermediate", "0003_claimed")]

    operations = [
        migrations.RemoveIndex(model_name="inquiry", name="inquiry_to_take"),
        migrations.AddIndex(
            model_name="inquiry",
            index=models.Index(
                fields=["municipality_code", "id"],
                condition=Q(taken_at=None, batch=None, state__in=["answered", "refused", "expired"]),
                name="inquiry_to_take",
            ),
        ),
    ]
