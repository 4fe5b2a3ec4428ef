from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import show
from apps.org import matrix
from apps.org.filters.access import AccessFilters, kind_word
from apps.org.models import Access


def who(row):
    return row.person.name if row.person else row.unit.name


def state_of(row):
    day = clock.today()
    if row.starts > day:
        return _("Not yet begun")
    return _("Ended") if row.ends and row.ends < day else _("In force")


COLUMNS = [
    Column(
        "subject",
        gettext_lazy("About"),
        lambda a: f"{kind_word(a.subject_type)} #{a.subject_id}",
        sort="subject_id",
    ),
    Column("who", gettext_lazy("Whom"), who),
    Column(
        "capability",
        gettext_lazy("Capability"),
        lambda a: str(matrix.capability_label(a.capability)),
        sort="capability",
    ),
    Column(
        "effect",
        gettext_lazy("Grant or denial"),
        lambda a: a.get_effect_display(),
        sort="effect",
        kind="state",
    ),
    Column("because", gettext_lazy("Because of"), lambda a: a.because_of, sort="because_of"),
    Column("starts", gettext_lazy("From"), lambda a: a.starts, sort="starts", kind="date"),
    Column("ends", gettext_lazy("To"), lambda a: a.ends, kind="date"),
    Column("state", gettext_lazy("State"), state_of, kind="state"),
]


@require_GET
@access("access.view")
def access_list(request):
    """Who reaches more or less than their posts say, thing by thing, and because of what. Only to be read."""
    rows = Access.objects.visible_to(request.user).select_related("person", "unit", "subject_type")
    filters = AccessFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-starts", name="exceptions")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "org/access_list.html",
        fragment="rows",
        page=page,
        kind_word=kind_word,
        capability_label=matrix.capability_label,
        state_of=state_of,
    )
