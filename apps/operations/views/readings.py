from datetime import timedelta

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import refusals_as_messages, show
from apps.core.sheets import BadSheet
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.operations import rules
from apps.operations.actions import enter_reading, import_readings
from apps.operations.filters import ReadingFilters
from apps.operations.forms import MonthField, ReadingFileForm, ReadingForm
from apps.operations.intake import read_file, template
from apps.operations.models import Reading
from apps.operations.views.products import visible
from apps.org.models import Unit

COLUMNS = [
    Column("month", gettext_lazy("Month"), lambda r: f"{r.month:%Y-%m}", sort="month"),
    Column("unit", gettext_lazy("Unit"), lambda r: r.unit.name, sort="unit__path"),
    Column("cost", gettext_lazy("Cost"), lambda r: r.cost_fen, sort="cost_fen", kind="money_fen"),
    Column("benefit", gettext_lazy("Benefit"), lambda r: r.benefit_fen, sort="benefit_fen", kind="money_fen"),
    Column("customers", gettext_lazy("Customers using it"), lambda r: r.customers, kind="number"),
    Column("entered", gettext_lazy("Entered"), lambda r: r.entered_at, sort="entered_at", kind="datetime"),
    Column("by", gettext_lazy("Entered by"), lambda r: r.entered_by.name, sort="entered_by__name"),
    Column("reason", gettext_lazy("Reason of the correction"), lambda r: r.reason),
    Column("state", gettext_lazy("State"), lambda r: _("In force") if r.in_force else _("Corrected"), kind="state"),
]  # fmt: skip
CONFIRM_WITHIN = timedelta(hours=1)


@require_GET
@access("product.view")
def reading_list(request, pk):
    """Every line that was entered, those that were corrected too."""
    product = visible(request, pk)
    rows = product.readings.all().select_related("unit", "entered_by")
    units = Unit.objects.filter(pk__in=product.readings.values("unit"))
    filters = ReadingFilters(request.GET, rows, request=request, units=units)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-month", name="readings")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "operations/reading_list.html",
        fragment="rows",
        page=page,
        product=product,
        may_enter=bool(units_open_to(request.user, product)),
    )


def units_open_to(user, product) -> dict[int, Unit]:
    """The units that use the product and for which this person enters readings, by id."""
    taken = Unit.objects.filter(pk__in=product.rollouts.taken_up().values("unit"))
    return {unit.pk: unit for unit in [product.unit, *taken] if rules.may_enter(user, product, unit)}


def what_stands(product) -> dict[tuple, Reading]:
    return {(row.unit_id, row.month): row for row in product.readings.in_force()}


def enterable(request, pk):
    """(the product, the units for which this person enters readings); 403 when there are none."""
    product = visible(request, pk)
    units = units_open_to(request.user, product)
    if not units:
        raise PermissionDenied(_("You enter no readings of this product."))
    return product, units


def last_month():
    return (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)


@access("product.view")
def reading_enter(request, pk):
    """A month of one unit, or the correction of one that was entered."""
    product, units = enterable(request, pk)
    stands = what_stands(product)
    form = ReadingForm(
        request.POST or None, units=units, stands=stands, initial=asked_for(request, units, stands)
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            enter_reading(product, values.pop("unit"), values.pop("month"), by=request.user, **values)
            messages.success(request, _("Saved."))
            return redirect(product)
        except Stale as stale:
            form.shows(stale.current)
            form.add_error(None, str(stale))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "operations/reading_enter.html", product=product, form=form, old=form.old)


def asked_for(request, units, stands) -> dict:
    """What the form begins with: the unit and month of the address, or last month of the first unit; what stands of it."""
    unit = next((pk for pk in units if str(pk) == request.GET.get("unit")), next(iter(units)))
    try:
        month = MonthField().clean(request.GET.get("month") or f"{last_month():%Y-%m}")
    except ValidationError:
        month = last_month()
    old = stands.get((unit, month))
    known = {name: getattr(old, name) for name in ("cost_fen", "benefit_fen", "customers")} if old else {}
    return {"unit": unit, "month": month, "seen": old.pk if old else 0} | known


@access("product.view")
def reading_import(request, pk):
    """A file of readings: shown row by row as it would be entered, then entered as a whole or not at all."""
    product, units = enterable(request, pk)
    if request.method == "POST" and "rows" in request.POST:
        return import_confirmed(request, product, units)
    form = ReadingFileForm(request.POST or None, request.FILES or None)
    rows, confirmed = [], ""
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_file(form.cleaned_data["file"], form.kind, units=units, stands=what_stands(product))
            confirmed = signed(request, product, rows, form.sha256)
        except BadSheet as refusal:
            form.add_error("file", str(refusal))
    return show(
        request,
        "operations/reading_import.html",
        product=product,
        form=form,
        rows=rows,
        counts={effect: sum(row.effect == effect for row in rows) for effect in ("new", "corrected", "same", "bad")},
        confirmed=confirmed,
    )  # fmt: skip


def signed(request, product, rows, sha256) -> str:
    """What the person saw and may confirm: nothing while a row is wrong or nothing would be entered."""
    if any(row.effect == "bad" for row in rows):
        return ""
    values = [row.form.cleaned_data for row in rows if row.effect != "same"]
    plain = [v | {"unit": v["unit"].pk, "month": f"{v['month']:%Y-%m-%d}"} for v in values]
    return signing.dumps(plain, salt=salt(request, product, sha256), compress=True) if plain else ""


def salt(request, product, sha256) -> str:
    return f"readings:{product.pk}:{request.user.pk}:{sha256}"


def import_confirmed(request, product, units):
    try:
        rows = signing.loads(
            request.POST["rows"],
            salt=salt(request, product, request.POST.get("sha256", "")),
            max_age=CONFIRM_WITHIN,
        )
    except signing.BadSignature:
        messages.error(request, _("This preview is no longer good. Choose the file again."))
        return redirect("operations:reading_import", product.pk)
    month = MonthField()
    with refusals_as_messages(request):
        if any(row["unit"] not in units for row in rows):
            raise Refused(_("You may no longer enter readings for some of these units."))
        ready = [row | {"unit": units[row["unit"]], "month": month.clean(row["month"][:7])} for row in rows]
        count = import_readings(product, ready, by=request.user, sha256=request.POST["sha256"])
        messages.success(request, _("%(count)s readings entered.") % {"count": count})
        return redirect(product)
    return redirect("operations:reading_import", product.pk)


@require_GET
@access("product.view")
def reading_template(request, pk):
    """The XLSX file to fill in: a row for each unit of the reader that uses the product."""
    product, units = enterable(request, pk)
    stamp = timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")
    file = template(units.values(), last_month(), watermark=f"{request.user.name} {stamp}")
    return FileResponse(file, as_attachment=True, filename=f"readings-{product.code}.xlsx")
