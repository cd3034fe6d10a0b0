"""The product's table as a plain model: the same columns and indexes, no rules, no versions, no log."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class PlainOrder(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client_order_id = models.CharField(max_length=36)
    symbol = models.CharField(max_length=20)
    side = models.CharField(max_length=4)
    order_type = models.CharField(max_length=10, default="limit")
    time_in_force = models.CharField(max_length=3, default="day")
    quantity = models.DecimalField(max_digits=23, decimal_places=8)
    price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    stop_price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    status = models.CharField(max_length=16, default="pending_new")
    cum_qty = models.DecimalField(max_digits=23, decimal_places=8, default=0)
    avg_price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    gross_trade_amount = models.CharField(max_length=80, default="0")
    text = models.CharField(max_length=255, blank=True, default="")
    version = models.PositiveBigIntegerField(default=1)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    is_import = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        managed = False
        db_table = "orders_order"

    def __str__(self) -> str:
        return self.client_order_id
