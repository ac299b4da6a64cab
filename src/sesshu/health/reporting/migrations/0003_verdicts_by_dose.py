from django.db import migrations


class Migration(migrations.Migration):
    """Who has a dose is asked of the verdicts of that dose alone."""

    dependencies = [("reporting", "0002_counting_indexes")]

    operations = [
        migrations.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS verdict_by_dose
                ON eligibility_doseverdict (municipality_code, programme, dose_label)
                INCLUDE (dose_id, evaluation, routine);
            """,
            "DROP INDEX verdict_by_dose;",
        ),
    ]
