"""One endpoint: the table. With `tab` it shows one tab and counts all of them."""

from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework.serializers import ModelSerializer, SlugRelatedField

from benchmarks.plain_datatables.models import Order

TABS = {
    "working": ("pending_new", "new", "partially_filled", "pending_cancel"),
    "filled": ("filled",),
    "closed": ("canceled", "rejected", "expired"),
}


class OrderSerializer(ModelSerializer):
    user = SlugRelatedField("username", read_only=True)

    class Meta:
        model = Order
        fields = [field.name for field in Order._meta.fields]


class Orders(ListAPIView):
    serializer_class = OrderSerializer

    def get_queryset(self):
        orders = Order.objects.filter(user=self.request.user).select_related("user")
        tab = self.request.query_params.get("tab")
        return orders.filter(status__in=TABS[tab]) if tab else orders

    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        if "tab" in request.query_params:
            orders = Order.objects.filter(user=request.user)
            response.data["counts"] = {tab: orders.filter(status__in=found).count() for tab, found in TABS.items()}
        return response


urlpatterns = [path("api/orders/", Orders.as_view())]
