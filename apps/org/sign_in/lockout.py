"""Too many wrong passwords or codes: the account is locked, and so is the address they came from, for a while.

An account by itself, wherever the tries come from; an address with a far higher limit, because a branch stands behind one.
"""

import unicodedata

from allauth.core.internal.httpkit import get_client_ip
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone


class LockoutHandler(AxesDatabaseHandler):
    """Counts failures of the account against AXES_FAILURE_LIMIT, those of the address against ADDRESS_FAILURE_LIMIT."""

    def get_failures(self, request, credentials=None) -> int:
        """Failures of the account, or AXES_FAILURE_LIMIT when the address has used up its own."""
        of_account, of_address = (
            attempts.aggregate(Sum("failures_since_start"))["failures_since_start__sum"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        if of_address >= settings.ADDRESS_FAILURE_LIMIT:
            return max(of_account, settings.AXES_FAILURE_LIMIT)
        return of_account

    def reset_user_attempts(self, request, credentials=None) -> int:
        """Whoever got in clears their own account, not what else was tried from their address."""
        removed, _ = AccessAttempt.objects.filter(username=get_client_username(request, credentials)).delete()
        return removed


def is_locked(username: str) -> bool:
    """Is the account locked by failures of the last half hour?"""
    recent = AccessAttempt.objects.filter(
        username=plain(username), attempt_time__gte=timezone.now() - get_cool_off()
    )
    failures = recent.aggregate(Sum("failures_since_start"))["failures_since_start__sum"] or 0
    return failures >= settings.AXES_FAILURE_LIMIT


def account_name(request, credentials=None) -> str:
    """The name that was typed, as the lock-out counts it: "Alice " and "ＡLICE" are one account."""
    typed = (credentials or {}).get("username") or (request.POST.get("login", "") if request else "")
    return plain(typed)


def plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name or "").strip().casefold()[:255]


def address(request) -> str:
    """Where a request comes from, past the proxies we trust (TRUSTED_PROXIES)."""
    return get_client_ip(request) or ""
