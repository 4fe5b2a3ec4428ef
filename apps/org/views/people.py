from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, panels, refusals_as_messages, show
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.org import rules
from apps.org.actions import person as actions
from apps.org.actions import recovery
from apps.org.filters.people import PersonFilters
from apps.org.forms.people import AccountForm, LeaveForm, PersonAddForm, PersonForm, RecoveryForm
from apps.org.forms.versioned import filled_from
from apps.org.models import Person, Request, Unit, User
from apps.org.sign_in import lockout
from apps.org.views.answers import forbid, is_export, table, typed
from apps.org.views.requests import TONES
from apps.org.views.units import OFFERED


def _posts(person):
    return "；".join(f"{post.role_label}（{post.unit.label}）" for post in person.standing_posts)


COLUMNS = [
    Column("name", gettext_lazy("Full name"), lambda p: p.name, sort="name"),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit.label if p.unit else p.organisation),
    Column("posts", gettext_lazy("Posts"), _posts),
    Column("account", gettext_lazy("Account"), lambda p: _account_word(p)),
    Column(
        "state",
        gettext_lazy("State"),
        lambda p: _("Has left") if p.left_on else _("In service"),
        kind="state",
    ),
]
EXPORTED = [Column("number", gettext_lazy("Employee number"), lambda p: p.employee_no or "")]


def _account_word(person):
    accounts = person.users.all()
    if any(account.is_active for account in accounts):
        return _("Enabled")
    return _("Disabled") if accounts else ""


@require_GET
@access("org.view")
def person_list(request):
    rows = Person.objects.visible_to(request.user).with_posts().prefetch_related("users")
    filters = PersonFilters(request.GET, queryset=rows, request=request)
    page = table(request, rows, COLUMNS, EXPORTED, filters=filters, sort="name", name="people")
    return page if is_export(page) else show(request, "org/person_list.html", fragment="rows", page=page)


@require_GET
@access("org.view")
def person_suggest(request):
    """Options of a lookup: people in service whose name has the word, or whose number begins with it."""
    text = typed(request)
    people = Person.objects.visible_to(request.user).serving().select_related("unit")
    rows = people.search_text(text).order_by("name", "pk")[:OFFERED] if text else []
    return show(request, "org/suggest.html", offers=[(row.handle, row.name, row.unit) for row in rows])


def visible(request, pk):
    people = Person.objects.visible_to(request.user).select_related("unit")
    return get_object_or_404(people.prefetch_related(Prefetch("users", User.objects.order_by("pk"))), pk=pk)


def _manages(user, person):
    """May this person keep the other's record, or only read it?"""
    return rules.may_manage_people(user, person.unit or Unit.objects.filter(depth=1).first())


@require_GET
@access("org.view")
def person_detail(request, pk):
    person = visible(request, pk)
    user = request.user
    may_manage = _manages(user, person)
    watches = may_manage or user.may_ever("post.grant") or user.may_ever("journal.read")
    oneself = person.pk == user.person_id
    posts = list(person.posts.select_related("unit", "line", "deputy").order_by("-starts", "-pk"))
    given = person.delegations_given.select_related("giver", "taker").order_by("-starts", "-pk")
    taken = person.delegations_taken.select_related("giver", "taker").order_by("-starts", "-pk")
    return show(
        request,
        "org/person_detail.html",
        person=person,
        standing=[post for post in posts if not post.over],
        past=[post for post in posts if post.over],
        may_end=lambda post: rules.may_end_post(user, post),
        may_manage=may_manage,
        may_reset=lambda account: rules.may_reset_account(user, account),
        may_ask=not person.left_on and user.may_ever("post.request"),
        reachable=watches or oneself,
        accounts=person.users.all() if watches else [],
        locked=locked_names(person) if watches else set(),
        delegations=[*given, *taken] if watches or oneself else [],
        requests=Request.objects.visible_to(user).about(person).for_list().order_by("-pk")[:12],
        tones=TONES,
        history=history(user, person) if watches or oneself else None,
        panels=panels(request, person),
    )


def locked_names(person) -> set[str]:
    """The account names of this person that are locked out after too many failed attempts."""
    return {account.username for account in person.users.all() if lockout.is_locked(account.username)}


@access("org.manage")
def person_add(request):
    form = PersonAddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.add_person(by=request.user, **form.cleaned_data)
            return redirect(person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/person_add.html", form=form)


@access("org.manage")
def person_edit(request, pk):
    person = visible(request, pk)
    forbid(_manages(request.user, person))
    form = PersonForm(request.POST or None, initial=filled_from(person, PersonForm))
    both = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(
                person, by=request.user, version=form.cleaned_data["version"], **form.values()
            )
            messages.success(request, _("Saved."))
            return redirect(person)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/person_edit.html", form=form, person=person, both=both)


@access("org.manage")
def person_leave(request, pk):
    person = visible(request, pk)
    forbid(_manages(request.user, person))
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = actions.record_leaving(person, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, _("Recorded. Posts ended: %(count)s.") % {"count": ended})
            return redirect(person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    posts = person.posts.current().select_related("unit", "line", "deputy").order_by("pk")
    return show(
        request,
        "org/person_leave.html",
        form=form,
        person=person,
        posts=posts,
        may_end=lambda post: rules.may_end_post(request.user, post),
    )


# ── Accounts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def password_once(request, account, password):
    """The answer to the click that made it: the password stands on this page and nowhere else."""
    return show(request, "org/account_password.html", account=account, password=password)


@access("org.manage")
def account_open(request, pk):
    person = visible(request, pk)
    forbid(_manages(request.user, person))
    form = AccountForm(request.POST or None, initial={"username": (person.employee_no or "").lower()})
    if request.method == "POST" and form.is_valid():
        try:
            account, password = actions.open_account(
                person, by=request.user, username=form.cleaned_data["username"]
            )
            return password_once(request, account, password)
        except Refused as refusal:
            form.add_error("username", str(refusal))
    return show(request, "org/account_open.html", form=form, person=person)


def _account(request, pk, account):
    person = visible(request, pk)
    forbid(_manages(request.user, person))
    return get_object_or_404(User.objects.select_related("person__unit"), pk=account, person=person)


@require_POST
@access("org.manage")
def account_reset(request, pk, account):
    found = _account(request, pk, account)
    with refusals_as_messages(request):
        return password_once(request, found, actions.reset_account(found, by=request.user))
    return redirect(found.person)


@access("org.manage")
def account_recover(request, pk, account):
    """Two people give a guarded account back to its owner; the page says what happens and asks why."""
    found = _account(request, pk, account)
    form = RecoveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = recovery.ask_recovery(found, by=request.user, **form.cleaned_data)
            messages.success(request, _("Asked for. Another administrator approves it."))
            return redirect(asked)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/account_recover.html", form=form, account=found, person=found.person)


@require_POST
@access("org.manage")
def account_sign_out(request, pk, account):
    found = _account(request, pk, account)
    with refusals_as_messages(request):
        actions.end_sessions(found, by=request.user)
        messages.success(request, _("Signed out everywhere."))
    return redirect(found.person)


@require_POST
@access("org.manage")
def account_close(request, pk, account):
    found = _account(request, pk, account)
    with refusals_as_messages(request):
        actions.close_account(found, by=request.user)
        messages.success(request, _("The account is closed; its sessions have ended."))
    return redirect(found.person)


@require_POST
@access("org.manage")
def account_unlock(request, pk, account):
    found = _account(request, pk, account)
    with refusals_as_messages(request):
        actions.unlock_account(found, by=request.user)
        messages.success(request, _("Unlocked."))
    return redirect(found.person)
