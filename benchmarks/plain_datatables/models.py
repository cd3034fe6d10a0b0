"""The columns of an order that a table shows, in the table where the product keeps them."""

from django.conf import settings
from django.db import models


class Order(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client_order_id = models.CharField(max_length=36)
    symbol = models.CharField(max_length=20)
    side = models.CharField(max_length=4)
    order_type = models.CharField(max_length=10)
    time_in_force = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=23, decimal_places=8)
    price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    stop_price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    status = models.CharField(max_length=16)
    cum_qty = models.DecimalField(max_digits=23, decimal_places=8)
    leaves_qty = models.DecimalField(max_digits=23, decimal_places=8)
    avg_price = models.DecimalField(max_digits=23, decimal_places=8, null=True)
    text = models.CharField(max_length=255)
    version = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "orders_order"

    def __str__(self):
        return self.client_order_id
