"""URL of the demo's switch."""

from django.urls import path

from demo import api

urlpatterns = [path("api/demo/", api.Demo.as_view())]
