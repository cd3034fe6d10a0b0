"""The URLs of orders, events, instruments and prices."""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from orders.api import cone, events, export, forecasts, instruments, order, orders, prices, scorecard

urlpatterns = [
    path("api/instruments/", gzip_page(instruments.Instruments.as_view())),
    path("api/quotes/", prices.Quotes.as_view()),
    path("api/bars/", gzip_page(prices.BarList.as_view())),
    path("api/forecasts/", forecasts.Forecasts.as_view()),
    path("api/forecasts/cone/", cone.Cone.as_view()),
    path("api/forecasts/touch/", forecasts.TouchForecast.as_view()),
    path("api/forecasts/scorecard/", scorecard.Scorecard.as_view()),
    path("api/events/", gzip_page(events.EventList.as_view())),
    path("api/orders/", gzip_page(orders.OrderList.as_view())),
    path("api/orders/export/", export.OrderExport.as_view()),
    path("api/orders/<int:order_id>/", order.OrderDetail.as_view()),
    path("api/orders/<int:order_id>/cancel/", order.OrderCancel.as_view()),
    path("api/orders/<int:order_id>/executions/", order.OrderExecutions.as_view()),
    path("api/orders/<int:order_id>/events/", events.OrderEvents.as_view()),
]
