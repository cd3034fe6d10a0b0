"""Send from `post_save`, at the writer's expense, as the tutorials do."""

import time

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db.models.signals import post_save

from benchmarks.plain_channels.models import Order
from benchmarks.plain_channels.serializers import OrderSerializer


def order_saved(sender, instance, **kwargs):
    committed = time.time() * 1000
    message = {"type": "order.saved", "order": dict(OrderSerializer(instance).data), "committed": committed}
    async_to_sync(get_channel_layer().group_send)(f"orders.{instance.user_id}", message)


def connect():
    post_save.connect(order_saved, sender=Order)
