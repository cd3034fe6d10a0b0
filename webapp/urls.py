"""Every address of the site; the product's own are in `orders.urls`."""

from django.contrib import admin
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from webapp import health, pages
from webapp.sign_in import SignIn

urlpatterns = [
    path("health/live", login_not_required(health.live)),
    path("health/ready", login_not_required(health.ready)),
    path("metrics", login_not_required(health.metrics)),
    path("favicon.ico", login_not_required(pages.icon)),
    path("admin/", admin.site.urls),
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/logout/", views.LogoutView.as_view(), name="logout"),
    path("accounts/password_change/", views.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password_change/done/", views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/docs/<slug:name>/", pages.document),
    path("", include("orders.urls")),
]
handler400 = "webapp.errors.bad_request"
handler403 = "webapp.errors.forbidden"
handler404 = "webapp.errors.not_found"
handler500 = "webapp.errors.server_error"
