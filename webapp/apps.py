"""App configurations: webapp itself, the admin's label for django-axes, and the static files to serve."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate


class WebappConfig(AppConfig):
    name = "webapp"

    def ready(self) -> None:
        from django.contrib import admin

        from webapp import private
        from webapp.accounts import passwords, sign_in_log
        from webapp.accounts.sign_in import AdminSignInForm

        # This app has no models, so Django sends it no migration signals.
        tokens = apps.get_app_config("authtoken")
        pre_migrate.connect(passwords.step_aside, sender=tokens)
        post_migrate.connect(passwords.end_tokens, sender=tokens)
        register(private.check_files, Tags.security)
        admin.site.login_form = AdminSignInForm
        sign_in_log.connect()


class SignIns(AxesConfig):
    verbose_name = "Sign-ins"


class StaticFiles(StaticFilesConfig):
    # Source maps and a second API viewer that no page uses: they were two thirds of all files to compress.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "redoc"]
