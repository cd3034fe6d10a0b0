"""Connects the baseline's receiver."""

from django.apps import AppConfig


class PlainConfig(AppConfig):
    name = "benchmarks.plain_channels"
    label = "plain_channels"

    def ready(self) -> None:
        from benchmarks.plain_channels import signals

        signals.connect()
