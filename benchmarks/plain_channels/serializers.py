"""DRF's own way from model to JSON."""

from rest_framework import serializers

from benchmarks.plain_channels.models import Order


class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        exclude = ["user"]
