"""One endpoint: place an order."""

from django.urls import path
from rest_framework.generics import CreateAPIView

from benchmarks.plain_channels.serializers import OrderSerializer


class PlaceOrder(CreateAPIView):
    serializer_class = OrderSerializer

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)


urlpatterns = [path("api/orders/", PlaceOrder.as_view())]
