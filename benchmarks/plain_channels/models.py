"""The order of the baseline: the same columns, no constraints and no log."""

from django.conf import settings
from django.db import models


class Order(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    client_order_id = models.CharField(max_length=36)
    symbol = models.CharField(max_length=20)
    side = models.CharField(max_length=4)
    order_type = models.CharField(max_length=10, default="limit")
    time_in_force = models.CharField(max_length=3, default="day")
    quantity = models.DecimalField(max_digits=23, decimal_places=8)
    price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    status = models.CharField(max_length=16, default="pending_new")
    text = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.client_order_id
