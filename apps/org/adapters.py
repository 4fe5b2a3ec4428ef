"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessLog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.org.sign_in import passwords, second_factor

WARNED_DAYS = 10  # before a password is too old


class AccountBackend(AuthenticationBackend):
    """Gives the account of a request together with its person, whose name stands on every page."""

    def get_user(self, user_id):
        accounts = get_user_model().objects
        try:
            user = accounts.select_related("person").get(pk=user_id)
        except accounts.model.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Nobody signs up by themselves: accounts come with posts, from the system administrator or the import."""
        return False

    def set_password(self, user, password):
        """A password of one's own: the first one, which an administrator gave, is gone."""
        user.first_password = False
        super().set_password(user, password)

    def post_login(self, request, user, **kwargs):
        """Say when the account was used before, so that its owner notices a stranger; and when its password ends."""
        response = super().post_login(request, user, **kwargs)
        before = AccessLog.objects.filter(username=user.username).order_by("-pk")[
            1:2
        ]  # the newest is this one
        for log in before:
            when = date_format(timezone.localtime(log.attempt_time), "DATETIME_FORMAT")
            messages.info(
                request,
                _("Last signed in %(when)s from %(address)s.") % {"when": when, "address": log.ip_address},
            )
        left = passwords.days_left(user)
        if left is not None and 0 < left <= WARNED_DAYS:
            messages.warning(
                request,
                ngettext(
                    "Your password ends in %(count)s day. Change it before.",
                    "Your password ends in %(count)s days. Change it before.",
                    left,
                )
                % {"count": left},
            )
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator):
        """Whoever must have the second factor does not switch it off."""
        return not second_factor.required_of(authenticator.user)


class _Counted:
    """A wrong code counts against the account as a wrong password does, and a locked account gets no more tries."""

    def clean_code(self):
        request, credentials = self.request, {"username": self.user.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            raise ValidationError(
                _("Too many wrong passwords or codes. The account is locked for a while."), code="locked"
            )
        try:
            return super().clean_code()
        except ValidationError:
            AxesProxyHandler.user_login_failed(sender=type(self), credentials=credentials, request=request)
            raise

    @property
    def request(self):
        return context.request


class ActivationForm(ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"placeholder": "", "inputmode": "numeric", "maxlength": 6}


class CodeForm(_Counted, AuthenticateForm):
    pass


class CodeAgainForm(_Counted, ReauthenticateForm):
    pass


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Accounts of the bank's own identity provider: each belongs to the Silun account of the same name, or to none."""

    def pre_social_login(self, request, sociallogin):
        """The first time, tie the provider's account to ours. Whoever has no account here is told so, and gets none."""
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                self._back(request, _("This account is disabled."))
            return
        said = sociallogin.account.extra_data
        claims = said.get("userinfo") or said.get("id_token") or said
        name = str(claims.get(settings.OIDC_ACCOUNT_CLAIM) or "")
        user = (
            get_user_model().objects.filter(username__iexact=name, is_active=True).first() if name else None
        )
        if user is None:
            self._back(request, _("You are known to %(provider)s, but have no account here. Ask your system administrator for one.") % {"provider": settings.OIDC_NAME})  # fmt: skip
        if user.socialaccount_set.exists():
            self._back(request, _("The account %(name)s is tied to somebody else at %(provider)s. Your system administrator can look into it.") % {"name": name, "provider": settings.OIDC_NAME})  # fmt: skip
        sociallogin.connect(request, user)

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        self._back(request, _("%(provider)s did not let you in. Try again, or sign in with your password.") % {"provider": settings.OIDC_NAME})  # fmt: skip

    def _back(self, request, sentence):
        messages.error(request, sentence)
        raise ImmediateHttpResponse(redirect("account_login"))
