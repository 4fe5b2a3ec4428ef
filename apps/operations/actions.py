"""From a project to a product, from a branch to the others, from a promise to what came of it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.numbering import next_code
from apps.core.search import index
from apps.core.verdict import Refused, demand
from apps.core.versions import Stale, lock_version
from apps.operations import rules
from apps.operations.flow import rollout_flow
from apps.operations.models import Product, Reading, Rollout
from apps.operations.returns import promised_fen
from apps.org.calendar import due_in
from apps.org.reach import allow
from apps.projects.actions import meet_requirement
from apps.projects.models import TrackRecord

ADOPTIONS_NEEDED = 2
MAX_REASON = 2000  # characters
ANSWER_DAYS = 10  # working days a branch has to answer an offer


@transaction.atomic
def make_product(project, *, by, name: str, customer: str, summary: str = "") -> Product:
    """Make a product of a project in its pilot or at launch. Raises Refused when there is one already."""
    lock(project)
    demand(rules.may_make_product(by, project))
    if Product.objects.unscoped("one a project").filter(project=project).exists():
        raise Refused(_("This project has become a product already."))
    product = Product.objects.create(
        code=next_code("PD"), project=project, name=name, customer=customer, summary=summary,
        unit=project.unit, line=project.line, owner=project.manager, made_at=clock.now(),
    )  # fmt: skip
    record(
        "product.make", project, by=by, product=product.pk, unit=project.unit.path,
        proposer=project.proposer_id, manager=project.manager_id,
    )  # fmt: skip
    meet_requirement(project, "product", by=by, because_of=f"operations.Product:{product.pk}")
    index(product)
    return product


@transaction.atomic
def correct_product(product: Product, *, by, version: int, name: str, customer: str, summary: str) -> Product:
    """Change what is said of the product. Raises Stale when somebody saved first."""
    demand(rules.may_manage(by, product))
    lock_version(product, version)
    product.name, product.customer, product.summary = name, customer, summary
    product.save(update_fields=["name", "customer", "summary", "version"])
    record("product.correct", product.project, by=by, product=product.pk)
    index(product)
    return product


@transaction.atomic
def offer_to_units(product: Product, units, *, by, due_on: date | None = None) -> list[Rollout]:
    """Offer the product to several branches: to all of them or to none."""
    return [offer_product(product, unit, by=by, due_on=due_on) for unit in units]


@transaction.atomic
def offer_product(product: Product, unit, *, by, due_on: date | None = None) -> Rollout:
    """Offer the product to a branch, which sees it from now on. Raises Refused for its own unit, and for a second offer."""
    demand(rules.may_manage(by, product))
    if unit.pk == product.unit_id:
        raise Refused(_("The product is from this branch."))
    rollout, made = Rollout.objects.get_or_create(
        product=product, unit=unit,
        defaults={"offered_by_id": by.principal_id, "offered_at": clock.now(), "due_on": due_on or due_in(ANSWER_DAYS)},
    )  # fmt: skip
    if not made:
        raise Refused(_("It has been offered to %(unit)s already.") % {"unit": unit})
    because = f"operations.Rollout:{rollout.pk}"
    allow(product, "product.view", because_of=because, unit=unit)
    allow(product.project, "project.view", because_of=because, unit=unit)
    record("rollout.offer", product.project, by=by, product=product.pk, rollout=rollout.pk, unit=unit.path)
    return rollout


@transaction.atomic
def accept_rollout(rollout: Rollout, *, by) -> None:
    """The branch takes it up. With the second one the project has been adopted."""
    rollout_flow.make(rollout, "accept", by=by)
    _answered(rollout, by, accepted=True)
    product = rollout.product
    taken = Rollout.objects.unscoped("adoptions are counted over the bank").filter(product=product).taken_up()
    if taken.count() >= ADOPTIONS_NEEDED:
        meet_requirement(product.project, "adoption", by=by, because_of=f"operations.Rollout:{rollout.pk}")


@transaction.atomic
def decline_rollout(rollout: Rollout, *, by, reason: str) -> None:
    """The branch says no, in its own words."""
    if len(reason) > MAX_REASON:
        raise Refused(_("Give the reason in at most %(most)s characters.") % {"most": f"{MAX_REASON:,}"})
    rollout_flow.make(rollout, "decline", by=by, note=reason)
    rollout.reason = reason.strip()
    _answered(rollout, by, accepted=False)


def _answered(rollout, by, *, accepted):
    rollout.decided_by_id, rollout.decided_at = by.principal_id, clock.now()
    rollout.save(update_fields=["decided_by", "decided_at", "reason"])
    project = rollout.product.project
    record(
        "rollout.answer", project, by=by, product=rollout.product_id, rollout=rollout.pk, unit=rollout.unit.path,
        accepted=accepted, adopter=by.principal_id, proposer=project.proposer_id,
    )  # fmt: skip


@transaction.atomic
def go_live(rollout: Rollout, *, by) -> None:
    """The branch uses it. The first one makes the product live."""
    rollout_flow.make(rollout, "go_live", by=by)
    product = rollout.product
    record(
        "rollout.live",
        product.project,
        by=by,
        product=product.pk,
        rollout=rollout.pk,
        unit=rollout.unit.path,
        adopter=rollout.decided_by_id,
    )
    Product.objects.unscoped("the first roll-out makes it live").filter(
        pk=product.pk, state=Product.State.PILOT
    ).update(state=Product.State.LIVE)


@transaction.atomic
def enter_reading(
    product: Product,
    unit,
    month: date,
    *,
    by,
    cost_fen: int,
    benefit_fen: int,
    customers: int | None = None,
    reason: str = "",
    seen: int | None = None,
) -> Reading:
    """What the product cost and brought in a month, in one unit. For a month that has a reading this is its correction,
    and needs the reason; `seen` is the id of the reading that was shown, 0 for none.

    Raises Refused for a month that has not begun, a unit that does not use the product, and who may not enter it; and
    Stale when another reading stands than the one that was seen.
    """  # fmt: skip
    demand(rules.may_enter(by, product, unit))
    month = month.replace(day=1)
    if month > clock.today():
        raise Refused(_("This month has not begun."))
    if unit.pk != product.unit_id and not product.rollouts.taken_up().filter(unit=unit).exists():
        raise Refused(_("%(unit)s has not taken this product up.") % {"unit": unit})
    lock(product)
    readings = Reading.objects.unscoped("a correction follows it").filter(
        product=product, unit=unit, month=month
    )
    old = readings.in_force().first()
    if old:
        if seen is not None and old.pk != seen:
            raise Stale(old)
        if not reason.strip():
            raise Refused(_("This month has a reading already. Say why it is corrected."))
        readings.filter(pk=old.pk).update(in_force=False)
    reading = Reading.objects.create(
        product=product, unit=unit, month=month, version=old.version + 1 if old else 1, entered_by_id=by.principal_id,
        cost_fen=cost_fen, benefit_fen=benefit_fen, customers=customers, reason=reason.strip() if old else "",
        entered_at=clock.now(),
    )  # fmt: skip
    record(
        "reading.enter", product.project, by=by, product=product.pk, unit=unit.path, month=month.isoformat(),
        cost_fen=cost_fen, benefit_fen=benefit_fen, correction=bool(old),
    )  # fmt: skip
    meet_requirement(product.project, "readings", by=by, because_of=f"operations.Product:{product.pk}")
    keep_track(product)
    return reading


def keep_track(product: Product) -> None:
    """What the project promised for the months read so far, beside what came: the next estimate of its kind reads it."""
    project = product.project
    estimate = project.estimates.all().marked().order_by("-version").first()
    readings = product.readings.all().marked().in_force()
    months = readings.values("month").distinct().count()
    if not estimate or not months:
        return
    totals = readings.totals()
    TrackRecord.objects.update_or_create(
        project=project,
        defaults={
            "line": project.line,
            "unit": project.unit,
            "promised_fen": promised_fen(estimate.costs_fen, estimate.benefits_fen, months),
            "realised_fen": totals["benefit_fen"] - totals["cost_fen"],
            "months": months,
        },
    )


@transaction.atomic
def import_readings(product: Product, rows: list[dict], *, by, sha256: str) -> int:
    """Enter many readings as one action: rows of {unit, month, cost_fen, benefit_fen, customers, reason}. All of them or
    none."""
    for row in rows:
        values = {name: value for name, value in row.items() if name not in ("unit", "month")}
        enter_reading(product, row["unit"], row["month"], by=by, **values)
    record("reading.import", product.project, by=by, product=product.pk, rows=len(rows), sha256=sha256)
    return len(rows)
