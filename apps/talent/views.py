from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.forms import clean_text, row_id
from apps.core.listing import Column, listing
from apps.core.pages import history, panels, show
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.views.answers import forbid
from apps.org.models import Person, Unit
from apps.talent import rules
from apps.talent.actions import keep_profile, open_profile
from apps.talent.filters import ProfileFilters
from apps.talent.forms import ProfileForm, ProfileKeepForm
from apps.talent.models import ProfileSkill, TalentProfile


def skills_in_words(profile):
    return "、".join(f"{row.skill} {row.level}" for row in profile.skills.all())


COLUMNS = [
    Column("person", gettext_lazy("Person"), lambda p: p.person.name, sort="person__name"),
    Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, sort="unit__path"),
    Column("kind", gettext_lazy("Type of talent"), lambda p: p.get_kind_display(), sort="kind"),
    Column("expert", gettext_lazy("Expert"), lambda p: p.expert_label, sort="expert"),
    Column("skills", gettext_lazy("Skills"), skills_in_words),
    Column("kept", gettext_lazy("Up to date on"), lambda p: p.kept_at, sort="kept_at", kind="date"),
]
SUMMARY = Column("summary", gettext_lazy("In a few words"), lambda p: p.summary)
FOUND = 20  # people shown of a search


def visible(request, pk):
    return get_object_or_404(TalentProfile.objects.visible_to(request.user).for_list(), pk=pk)


@require_GET
@access("talent.view")
def profile_list(request):
    """The pool, as far as the reader's posts reach."""
    rows = TalentProfile.objects.visible_to(request.user).for_list()
    filters = ProfileFilters(request.GET, rows, request=request)
    columns = [*COLUMNS, SUMMARY] if "format" in request.GET else COLUMNS
    page = listing(request, rows, columns, filters=filters, sort="-kept", name="talent")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request, "talent/profile_list.html", fragment="rows", page=page, manages=bool(managed(request.user))
    )


@require_GET
@access("talent.view")
def profile_detail(request, pk):
    profile = visible(request, pk)
    return show(
        request,
        "talent/profile_detail.html",
        profile=profile,
        levels=ProfileSkill.Level,
        may_keep=rules.may_keep(request.user, profile.person, profile.unit),
        panels=panels(request, profile),
        history=history(request.user, profile),
    )


@require_GET
@access("talent.manage")
def my_profile(request):
    """To one's own profile; to its opening while there is none."""
    mine = request.user.principal_id
    profile = TalentProfile.objects.visible_to(request.user).filter(person=mine).first()
    return redirect(profile or f"{reverse('talent:profile_open')}?person={mine}")


def managed(user) -> list[Unit]:
    """The units whose profiles this person keeps as their talent manager."""
    return [post.unit for post in user.standing if user.may_at("talent.manage", post.unit)]


@access("talent.manage")
def profile_open(request):
    """Choose a person without a profile, then open it; who keeps no others opens their own."""
    user = request.user
    units = managed(user)
    number = request.GET.get("person", "" if units else str(user.principal_id))
    if not number:
        return show(request, "talent/profile_open.html", **people_without(request, units))
    person = Person.objects.visible_to(user).filter(pk=row_id(number)).first()
    if person is None:
        raise Http404
    unit = unit_of(person, user, units)
    forbid(rules.may_keep(user, person, unit))
    if there := TalentProfile.objects.visible_to(user).filter(person=person).first():
        return redirect(there)
    form = ProfileForm(request.POST or None, names_experts=bool(rules.may_name_experts(user, unit)))
    if request.method == "POST" and form.is_valid():
        try:
            profile = open_profile(person, by=user, unit=unit, **form.values)
            messages.success(request, _("Saved."))
            return redirect(profile)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "talent/profile_open.html", person=person, unit=unit, form=form)


def unit_of(person, user, units) -> Unit:
    """Where the profile is kept: the person's own unit; of an outside expert, the manager's; of somebody whose unit
    nobody wrote down, that of their post."""
    if person.unit:
        return person.unit
    return units[0] if units and not person.inside else user.standing[0].unit


def people_without(request, units) -> dict:
    """People of these units, and outside ones, who have no profile yet and match the search."""
    text = clean_text(request.GET.get("q", "")).strip()[:60]
    people = Person.objects.none()
    for unit in units:
        people |= Person.objects.filter(unit__path__range=unit.span)
    if units:
        people |= Person.objects.filter(inside=False, unit=None)
    there = TalentProfile.objects.unscoped("one a person").values("person")
    found = people.filter(left_on=None).exclude(pk__in=there).search_text(text).select_related("unit")
    return {"text": text, "people": found.order_by("name", "pk")[:FOUND] if text else None}


@access("talent.view")
def profile_edit(request, pk):
    profile = visible(request, pk)
    forbid(rules.may_keep(request.user, profile.person, profile.unit))
    may_name = bool(rules.may_name_experts(request.user, profile.unit))
    form = ProfileKeepForm(request.POST or None, profile=profile, names_experts=may_name)
    both = []
    if request.method == "POST" and form.is_valid():
        values = {"expert": profile.expert} | form.values
        try:
            keep_profile(profile, by=request.user, version=form.cleaned_data["version"], **values)
            messages.success(request, _("Saved."))
            return redirect(profile)
        except Stale as stale:
            both = form.against(stale.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "talent/profile_edit.html", profile=profile, form=form, both=both)
