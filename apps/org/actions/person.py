"""People: kept, and let go. An account is a key a person is given; it never carries rights of its own."""

from axes.models import AccessAttempt
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import lock_version
from apps.org import rules
from apps.org.models import Delegation, Person, Post, Unit, User
from apps.org.sign_in.lockout import plain

PLAIN_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another


def at(person):
    """The unit whose administrators keep this person: their own, or the bank's."""
    return person.unit or Unit.objects.filter(depth=1).first()


@transaction.atomic
def add_person(*, by, name: str, employee_no: str | None = None, unit=None, **values) -> Person:
    """Add somebody, inside the bank (with a number) or outside. Raises Refused when the number is taken."""
    person = Person(name=name, employee_no=employee_no or None, unit=unit, **values)
    demand(rules.may_manage_people(by, at(person)))
    if person.employee_no and Person.objects.filter(employee_no=person.employee_no).exists():
        raise Refused(_("The employee number %(no)s belongs to another person.") % {"no": employee_no})
    person.save()
    index(person)
    record("person.add", person, by=by, unit=unit and unit.pk)
    return person


@transaction.atomic
def change_person(person: Person, *, by, version: int | None = None, **values) -> list[str]:
    """Correct what is known of a person. Returns the names of the fields that changed.

    Raises Stale when it is not the `version` that was seen any more.
    """
    lock_version(person, version)
    demand(rules.may_manage_people(by, at(person)))
    if values.get("unit"):
        demand(rules.may_manage_people(by, values["unit"]))
    number = values.get("employee_no")
    if number and Person.objects.filter(employee_no=number).exclude(pk=person.pk).exists():
        raise Refused(_("The employee number %(no)s belongs to another person.") % {"no": number})
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    if changed:
        for field in changed:
            setattr(person, field, values[field])
        person.save(update_fields=[*changed, "version"])
        index(person)
        record("person.change", person, by=by, fields=changed)
    return changed


@transaction.atomic
def record_leaving(person: Person, *, by, on=None) -> int:
    """The person has left: every post and delegation ends, every account closes. Returns how many posts ended."""
    lock(person)
    demand(rules.may_manage_people(by, at(person)))
    if person.left_on:
        raise Refused(_("%(person)s has already left.") % {"person": person})
    day = clock.today()
    person.left_on = on or day
    person.save(update_fields=["left_on"])
    posts = 0
    for post in Post.objects.filter(person=person, revoked_on=None).exclude(ends__lt=day):
        posts += 1
        post.revoked_on = day
        post.save(update_fields=["revoked_on"])
        record("post.end", person, by=by, post=post.pk, unit=post.unit_id, role=post.role)
    given, taken = Delegation.objects.filter(giver=person), Delegation.objects.filter(taker=person)
    for delegation in (given | taken).filter(revoked_on=None, ends__gte=day):
        delegation.revoked_on = day
        delegation.save(update_fields=["revoked_on"])
        record("delegation.revoke", delegation, by=by)
    for account in person.users.filter(is_active=True):
        _close(account, by)
    record("person.leave", person, by=by, posts=posts)
    return posts


@transaction.atomic
def open_account(person: Person, *, by, username: str) -> tuple[User, str]:
    """Give a person an account. Returns it with its first password, which is shown once and kept nowhere."""
    lock(person)
    demand(rules.may_manage_people(by, at(person)))
    if person.left_on:
        raise Refused(_("%(person)s has left.") % {"person": person})
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("The account name %(name)s is taken.") % {"name": username})
    demand(rules.may_open_account(by, person))
    password = _new_password()
    account = User.objects.create_user(
        username=username, password=password, email=person.email, person=person, first_password=True
    )
    record("account.open", person, by=by, account=account.pk)
    return account, password


def _new_password():
    return get_random_string(16, PLAIN_LETTERS)


@transaction.atomic
def reset_account(account: User, *, by) -> str:
    """Give an account a new first password, and open it again if it was closed. Every session of it ends.

    Returns the password, which is shown once and kept nowhere. Raises Refused for one who has left, and for an account
    that two people must recover together.
    """
    lock(account)
    demand(rules.may_manage_people(by, at(account.person)))
    demand(rules.may_reset_account(by, account))
    if account.person and account.person.left_on:
        raise Refused(_("%(person)s has left.") % {"person": account.person})
    password = _new_password()
    account.set_password(password)
    account.is_active = account.first_password = True
    account.recoverable_until = None
    account.save(
        update_fields=["password", "password_set_at", "is_active", "first_password", "recoverable_until"]
    )
    account.end_sessions()
    record("account.reset", account.person, by=by, account=account.pk)
    return password


@transaction.atomic
def unlock_account(account: User, *, by) -> None:
    """Forget the failed attempts: the person may try to sign in again."""
    demand(rules.may_manage_people(by, at(account.person)))
    AccessAttempt.objects.filter(username=plain(account.username)).delete()
    record("account.unlock", account.person, by=by, account=account.pk)


@transaction.atomic
def end_sessions(account: User, *, by) -> None:
    """Whoever is signed in with the account is signed out everywhere: by its owner, or by the administrator."""
    lock(account)
    if account.pk != by.pk:
        demand(rules.may_manage_people(by, at(account.person)))
    account.end_sessions()
    record("account.end_sessions", account.person, by=by, account=account.pk)


@transaction.atomic
def close_account(account: User, *, by) -> None:
    """The account opens nothing from now on; a session under way ends with its next request."""
    lock(account)
    demand(rules.may_manage_people(by, at(account.person)))
    if not account.is_active:
        raise Refused(_("This account is already closed."))
    if account.pk == by.pk:
        raise Refused(_("Nobody closes their own account."))
    _close(account, by)


def _close(account, by):
    account.is_active = False
    account.save(update_fields=["is_active"])
    account.end_sessions()
    record("account.close", account.person, by=by, account=account.pk)
