"""The product's addresses: the page at `/`, the API under `/api/`."""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from orders import (
    api_demo,
    api_events,
    api_export,
    api_instruments,
    api_order,
    api_orders,
    api_people,
    api_prices,
    views,
)

urlpatterns = [
    path("", gzip_page(views.blotter), name="blotter"),
    path("api/token/", api_people.TokenView.as_view()),
    path("api/me/", api_people.Me.as_view()),
    path("api/instruments/", gzip_page(api_instruments.Instruments.as_view())),
    path("api/demo/", api_demo.Demo.as_view()),
    path("api/quotes/", api_prices.Quotes.as_view()),
    path("api/bars/", gzip_page(api_prices.BarList.as_view())),
    path("api/events/", gzip_page(api_events.EventList.as_view())),
    path("api/orders/", gzip_page(api_orders.OrderList.as_view())),
    path("api/orders/export/", api_export.OrderExport.as_view()),
    path("api/orders/<int:order_id>/", api_order.OrderDetail.as_view()),
    path("api/orders/<int:order_id>/cancel/", api_order.OrderCancel.as_view()),
    path("api/orders/<int:order_id>/executions/", api_order.OrderExecutions.as_view()),
    path("api/orders/<int:order_id>/events/", api_events.OrderEvents.as_view()),
]
