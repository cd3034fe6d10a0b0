"""The product's addresses: the page at `/`, the API under `/api/`."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from orders import api_events, api_export, api_orders, api_people, views

# The API asks for a sign-in by itself, in its own words; the page's sign-in form is not for programs.
api = login_not_required

urlpatterns = [
    path("", views.blotter, name="blotter"),
    path("api/token/", api(api_people.TokenView.as_view())),
    path("api/me/", api(api_people.Me.as_view())),
    path("api/instruments/", api(api_people.Instruments.as_view())),
    path("api/demo/", api(api_people.Demo.as_view())),
    path("api/events/", api(api_events.EventList.as_view())),
    path("api/orders/", api(api_orders.OrderList.as_view())),
    path("api/orders/export/", api(api_export.OrderExport.as_view())),
    path("api/orders/<int:order_id>/", api(api_orders.OrderDetail.as_view())),
    path("api/orders/<int:order_id>/cancel/", api(api_orders.OrderCancel.as_view())),
    path("api/orders/<int:order_id>/executions/", api(api_orders.OrderExecutions.as_view())),
    path("api/orders/<int:order_id>/events/", api(api_events.OrderEvents.as_view())),
]
