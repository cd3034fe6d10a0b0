"""The wiring's own app, how the admin names others, and which files of the installed apps are served."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class WebappConfig(AppConfig):
    name = "webapp"

    def ready(self) -> None:
        from django.contrib import admin

        from webapp.sign_in import AdminSignInForm

        admin.site.login_form = AdminSignInForm


class SignIns(AxesConfig):
    verbose_name = "Sign-ins"


class StaticFiles(StaticFilesConfig):
    # Source maps and a second reader of the API that no page shows: two thirds of what there was to compress.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "redoc"]
