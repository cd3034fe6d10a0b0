import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="instrument",
            name="feed_symbol",
            field=models.CharField(
                blank=True,
                default="",
                max_length=40,
                validators=[django.core.validators.RegexValidator("^[A-Za-z0-9.:/_\\-]{0,40}\\Z")],
            ),
        ),
    ]
