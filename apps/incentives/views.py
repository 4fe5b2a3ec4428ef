from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import panels, show
from apps.incentives.filters import AwardFilters, HolderFilters, UnitPointsFilters
from apps.incentives.models import Award, PointHolder, PointRule, points_of
from apps.incentives.rulebook import WHO
from apps.org.models import Unit

PER_POINT = 1000  # points are kept in thousandths


def pts(thousandths: int):
    """Points as a spreadsheet counts them."""
    return thousandths / PER_POINT


AWARD_COLUMNS = [
    Column("at", _("When"), lambda a: a.at, sort="at", kind="datetime"),
    Column("why", _("What for"), lambda a: a.why),
    Column("points", _("Points"), lambda a: pts(a.points), sort="points", kind="number"),
]
CAUSE = Column("cause", _("Journal line"), lambda a: a.entry_id, kind="number")
HOLDER_COLUMNS = [
    Column("person", _("Person"), lambda h: h.person.name, sort="person__name"),
    Column("unit", _("Unit"), lambda h: h.unit.name, sort="unit__path"),
    Column("year", _("This year"), lambda h: pts(h.year_points), sort="year_points", kind="number"),
    Column("points", _("Points"), lambda h: pts(h.points), sort="points", kind="number"),
]
UNIT_COLUMNS = [
    Column("unit", _("Unit"), lambda u: u.name, sort="path"),
    Column("people", _("People with points"), lambda u: u.holders, sort="holders", kind="number"),
    Column("year", _("This year"), lambda u: pts(u.year_points), sort="year_points", kind="number"),
    Column("points", _("Points"), lambda u: pts(u.points), sort="points", kind="number"),
]


def sees_others(user) -> bool:
    """Does any post show this person more than their own points?"""
    return any(user.may_at("points.view", post.unit, post.line_id) for post in user.standing)


@require_GET
@access("points.view")
def my_points(request):
    """To one's own account; to the rules while there is none."""
    holder = PointHolder.objects.visible_to(request.user).filter(person=request.user.principal_id).first()
    if holder:
        return redirect(holder)
    return show(request, "incentives/my_points.html", sees_others=sees_others(request.user))


@require_GET
@access("points.view")
def holder_detail(request, pk):
    """The balance of a person's account and its lines, each with what it is for."""
    user = request.user
    holder = get_object_or_404(PointHolder.objects.visible_to(user).for_list(), pk=pk)
    rows = Award.objects.visible_to(user).filter(holder=holder).for_list()
    exporting = "format" in request.GET
    page = listing(
        request,
        rows,
        [*AWARD_COLUMNS, CAUSE] if exporting else AWARD_COLUMNS,
        filters=AwardFilters(request.GET, rows, request=request),
        sort="-at",
        name="points",
    )
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "incentives/holder_detail.html",
        fragment="rows",
        holder=holder,
        page=page,
        about=things_behind(user, page.rows),
        lines=Award.objects.visible_to(user).filter(holder=holder).count(),
        mine=holder.person_id == user.principal_id,
        sees_others=sees_others(user),
        panels=panels(request, holder),
    )


def things_behind(user, awards) -> dict[int, object]:
    """Award → the thing its journal line is about, where the reader sees it: one query for each kind of thing."""
    by_kind: dict = {}
    for award in awards:
        if award.entry:
            by_kind.setdefault(award.entry.subject_type_id, []).append(award)
    found = {}
    for group in by_kind.values():
        model = group[0].entry.subject_type.model_class()
        ids = {award.entry.subject_id for award in group}
        seen = model.objects.visible_to(user).in_bulk(ids)
        found |= {award.pk: seen.get(award.entry.subject_id) for award in group}
    return found


@require_GET
@access("points.view")
def holder_list(request):
    rows = PointHolder.objects.visible_to(request.user).for_list()
    filters = HolderFilters(request.GET, rows, request=request)
    page = listing(request, rows, HOLDER_COLUMNS, filters=filters, sort="-points", name="points-by-person")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "incentives/holder_list.html",
        fragment="rows",
        page=page,
        sees_others=sees_others(request.user),
    )


@require_GET
@access("points.view")
def unit_list(request):
    """The points of the people of each unit together, as far as the reader sees them."""
    holders = PointHolder.objects.visible_to(request.user)
    of_unit = holders.filter(unit=OuterRef("pk"))
    counted = of_unit.order_by().values("unit").annotate(n=Count("pk")).values("n")
    rows = Unit.objects.filter(pk__in=holders.values("unit")).annotate(
        holders=Coalesce(Subquery(counted), 0, output_field=IntegerField()),
        points=points_of(of_unit, "unit"),
        year_points=points_of(
            Award.objects.visible_to(request.user).this_year().filter(holder__unit=OuterRef("pk")),
            "holder__unit",
        ),
    )
    filters = UnitPointsFilters(request.GET, rows, request=request)
    page = listing(request, rows, UNIT_COLUMNS, filters=filters, sort="-points", name="points-by-unit")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "incentives/unit_list.html",
        fragment="rows",
        page=page,
        sees_others=sees_others(request.user),
    )


@require_GET
@access("points.view")
def rule_list(request):
    """The rules in force today: what earns how many points, and for whom."""
    rules = PointRule.objects.in_force(clock.today())
    return show(
        request,
        "incentives/rule_list.html",
        rules=[(rule, WHO.get(rule.who, rule.who)) for rule in rules.order_by("-points", "pk")],
        sees_others=sees_others(request.user),
    )
