"""May I? Each answer is yes, or no with a reason the person can act on. No model is imported: the thing comes to it."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.verdict import YES, no
from apps.org import matrix
from apps.org.administrators import ADMINISTRATORS

LONGEST_DELEGATION = timedelta(days=366)


def may_ever(user, capability):
    if user.may_ever(capability):
        return YES
    return no(_("None of your posts lets you do this."))


def _manage(user, unit):
    if user.may_at("org.manage", unit):
        return YES
    return no(_("Units and people are kept by the system administrator."))


def may_open_unit(user, parent):
    if parent.closed_on:
        return no(_("%(unit)s is closed; nothing can be opened below it.") % {"unit": parent})
    return _manage(user, parent)


def may_change_unit(user, unit):
    return _manage(user, unit)


def may_reorganise(user, unit, other=None):
    """Over both ends: what is taken from one place is put into another."""
    verdict = _manage(user, unit)
    return verdict & _manage(user, other) if other else verdict


def may_ask_reorganisation(user, planned):
    if planned.blocked:
        return no(_("Settle first what stands in its way."))
    return may_reorganise(user, planned.unit, planned.other)


def may_manage_people(user, unit):
    return _manage(user, unit)


def may_import(user, root):
    return _manage(user, root)


def may_ask_import(user, org_import):
    if not org_import.alters:
        return no(_("Every row stands already: there is nothing to import."))
    return may_import(user, org_import.root)


# ── Accounts ──────────────────────────────────────────────────────────────────────────────────────────────────────
def may_reset_account(user, account):
    """An account that moves money or keeps the house is recovered by two people, within a day of their agreement."""
    person = account.person
    if person is None or not matrix.guarded(person.roles_held):
        return YES
    if account.recoverable_until and account.recoverable_until > timezone.now():
        return YES
    return no(
        _(
            "%(person)s is an administrator or moves money: ask for the recovery of the account, which another"
            " administrator approves."
        )
        % {"person": person}
    )


def may_open_account(user, person):
    """A second account would open to one administrator alone what takes two to recover."""
    if person.users.exists() and matrix.guarded(person.roles_held):
        return no(
            _(
                "%(person)s is an administrator or moves money, and has an account: nobody opens another for them."
            )
            % {"person": person}
        )
    return YES


def may_ask_recovery(user, account):
    if account.person_id is None or account.person_id == user.person_id:
        return no(_("Nobody recovers their own account."))
    if (
        not user.may_at("org.manage", account.person.unit)
        if account.person.unit
        else not user.may_ever("org.manage")
    ):
        return no(_("Units and people are kept by the system administrator."))
    return YES


def may_approve_recovery(user, request):
    if request.subject_id in {user.person_id, user.acting_for_id}:
        return no(_("Nobody recovers their own account."))
    return YES


# ── Posts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def may_ask_post(user, unit, role):
    if not user.may_at("post.request", unit):
        return no(_("You cannot ask for posts at %(unit)s.") % {"unit": unit})
    if role == "auditor":
        return no(_("An auditor reads by an engagement: ask for one."))
    if role in ADMINISTRATORS and not user.holds("system_admin"):
        return no(_("An administrator's post is asked for by the system administrator."))
    return YES


def may_approve_post(user, request):
    if request.payload["person"] in {user.person_id, user.acting_for_id}:
        return no(_("Nobody approves their own post."))
    return YES


def may_end_post(user, post):
    if post.revoked_on or (post.ends and post.ends < clock.today()):
        return no(_("This post has already ended."))
    if user.may_at("post.request", post.unit) or user.may_at("post.grant", post.unit):
        return YES
    return no(_("You cannot end posts at %(unit)s.") % {"unit": post.unit})


def may_change_liaison(user, post):
    if post.role != "liaison":
        return no(_("Only a liaison has a deputy."))
    if not post.stands:
        return no(_("This post has already ended."))
    if user.may_at("body.manage", post.unit) or user.may_at("post.request", post.unit):
        return YES
    return no(_("You cannot change the liaisons of %(unit)s.") % {"unit": post.unit})


def may_hand_over(user, post):
    if post.person_id == user.principal_id:
        return YES
    return (
        YES
        if user.may_at("post.request", post.unit)
        else no(_("You cannot hand over for %(unit)s.") % {"unit": post.unit})
    )


# ── Engagements ───────────────────────────────────────────────────────────────────────────────────────────────────
def may_ask_audit(user, unit):
    if user.may_at("engagement.ask", unit):
        return YES
    return no(_("Engagements of audit are asked for by the audit administrator."))


def may_ask_emergency(user, unit):
    if user.person_id is None or user.acting_for_id:
        return no(_("An emergency is asked for in one's own name."))
    if user.may_ever("engagement.emergency"):
        return YES
    return no(_("None of your posts lets you do this."))


def may_ask_some_engagement(user, subject):
    return may_ever(user, "engagement.ask") or may_ever(user, "engagement.emergency")


def may_approve_engagement(user, request):
    if request.payload["person"] in {user.person_id, user.acting_for_id}:
        return no(_("Nobody approves their own engagement."))
    return YES


def may_end_engagement(user, engagement):
    if engagement.over:
        return no(_("This engagement is over."))
    if user.person_id == engagement.person_id or user.may_ever("engagement.view"):
        return YES
    return no(_("None of your posts lets you do this."))


# ── Delegation ────────────────────────────────────────────────────────────────────────────────────────────────────
def may_delegate(user, taker, starts, ends):
    if user.person_id is None:
        return no(_("This account belongs to nobody; there is nothing to delegate."))
    if user.acting_for_id:
        return no(_("What was delegated to you cannot be delegated further."))
    if taker.pk == user.person_id:
        return no(_("Choose another person."))
    if taker.left_on or taker.user is None:
        return no(_("%(person)s has no account to act with.") % {"person": taker})
    if ends < starts or ends < clock.today():
        return no(_("The period must end after it begins, and not before today."))
    if ends - starts > LONGEST_DELEGATION:
        return no(_("A delegation lasts a year at most."))
    return YES


def may_revoke(user, delegation):
    if delegation.revoked_on or delegation.ends < clock.today():
        return no(_("This delegation has already ended."))
    if user.person_id in (delegation.giver_id, delegation.taker_id) or user.may_ever("post.grant"):
        return YES
    return no(_("Only who gave it, who took it, or the security administrator can end it."))


# ── Bodies ────────────────────────────────────────────────────────────────────────────────────────────────────────
def may_manage_body(user, unit):
    if user.may_at("body.manage", unit):
        return YES
    return no(_("You cannot change the bodies of %(unit)s.") % {"unit": unit})


# ── Bank-wide ─────────────────────────────────────────────────────────────────────────────────────────────────────
def may_keep_parameters(user):
    if user.may_ever("parameter.manage"):
        return YES
    return no(_("The calendar and the parameters are kept by the system administrator."))


def may_ask_authority(user, unit):
    if user.may_at("parameter.manage", unit):
        return YES
    return no(_("The authority table is kept by the system administrator."))
