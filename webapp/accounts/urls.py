"""URLs of sign-in, passwords, tokens and the user's profile."""

from django.contrib.auth import views
from django.urls import path

from webapp.accounts import api
from webapp.accounts.sign_in import SignIn

urlpatterns = [
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/logout/", views.LogoutView.as_view(), name="logout"),
    path("accounts/password_change/", views.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password_change/done/", views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("api/token/", api.TokenView.as_view()),
    path("api/me/", api.Me.as_view()),
]
