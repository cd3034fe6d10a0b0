"""The site's URLs."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.gzip import gzip_page
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from webapp import documents, health, page
from webapp.scorecard import page as scorecard

urlpatterns = [
    path("", gzip_page(page.blotter), name="blotter"),
    path("forecasts/", gzip_page(scorecard.forecasts), name="forecasts"),
    path("forecasts/direction/", gzip_page(scorecard.why_no_direction), name="why-no-direction"),
    path("health/live", login_not_required(health.live)),
    path("health/ready", login_not_required(health.ready)),
    path("metrics", login_not_required(health.metrics_text)),
    path("favicon.ico", login_not_required(documents.icon)),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/docs/<slug:name>/", documents.document),
    path("", include("webapp.accounts.urls")),
    path("", include("orders.urls")),
    path("", include("demo.urls")),
]
handler400 = "webapp.errors.bad_request"
handler403 = "webapp.errors.forbidden"
handler404 = "webapp.errors.not_found"
handler500 = "webapp.errors.server_error"
