"""The demo's switch belongs to the app `demo` from now on; its table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_demo_run_seen_at")]
    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("DemoRun")])]
