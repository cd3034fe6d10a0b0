"""Orders as a router and a ModelViewSet serve them; a POST may be a list, as the documentation shows it."""

from django.db import transaction
from rest_framework import routers, serializers, viewsets

from benchmarks.plain_entry.models import PlainOrder


class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlainOrder
        exclude = ["user"]


class OrderViewSet(viewsets.ModelViewSet):
    serializer_class = OrderSerializer

    def get_queryset(self):
        return PlainOrder.objects.filter(user=self.request.user)

    def get_serializer(self, *args, **kwargs):
        return super().get_serializer(*args, many=isinstance(kwargs.get("data"), list), **kwargs)

    def perform_create(self, serializer):
        with transaction.atomic():
            serializer.save(user=self.request.user)


router = routers.DefaultRouter()
router.register("api/orders", OrderViewSet, basename="orders")
urlpatterns = router.urls
