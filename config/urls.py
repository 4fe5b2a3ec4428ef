from allauth.account import views as account
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from apps.org.views.sign_in import single_sign_on

# Of allauth's routes those we use, under its names. No registration, no password by mail: administrators do both.
sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path(
        "signup/", account.signup, name="account_signup"
    ),  # allauth asks for its address; the page says it is closed
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("oidc/<slug:provider_id>/login/", single_sign_on(oidc.login), name="openid_connect_login"),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        single_sign_on(oidc.callback),
        name="openid_connect_callback",
    ),
]
urlpatterns = [
    path("accounts/", include(sign_in)),
    path("language/", login_not_required(set_language), name="set_language"),
    path("insight/", include("apps.insight.urls")),
    path("talent/", include("apps.talent.urls")),
    path("projects/", include("apps.projects.urls")),
    path("review/", include("apps.review.urls")),
    path("operations/", include("apps.operations.urls")),
    path("allocation/", include("apps.allocation.urls")),
    path("incentives/", include("apps.incentives.urls")),
    path("ledger/", include("apps.ledger.urls")),
    path("org/", include("apps.org.urls")),
    path("core/", include("apps.core.urls")),
    path("", include("apps.desk.urls")),
]

handler400 = "apps.core.views.errors.bad_request"
handler403 = "apps.core.views.errors.permission_denied"
handler404 = "apps.core.views.errors.page_not_found"
handler500 = "apps.core.views.errors.server_error"
