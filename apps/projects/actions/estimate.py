from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.org.calendar import parameter
from apps.projects import rules
from apps.projects.actions.stage import meet_requirement
from apps.projects.finance import figures
from apps.projects.models import Estimate, EstimateOption


@transaction.atomic
def give_estimate(
    project,
    *,
    by,
    costs_fen: list[int],
    benefits_fen: list[int],
    probability_bp: int,
    options: list[dict],
    basis: str = "",
) -> Estimate:
    """Write a new version of the estimate and compute its figures at the bank's discount rate of today.

    `options` are rows of {level, technology_fen, marketing_fen, people_fen, technology_days, benefit_share_bp}: the full
    one is required; a smaller one brings `benefit_share_bp` hundredths of a per cent of the benefits, and costs in
    proportion to its money. Raises Refused for what cannot be computed.
    """
    lock(project)
    demand(rules.may_edit(by, project))
    rate_bp = parameter("discount_rate_bp")
    options = [dict(option) for option in options]
    full = next((option for option in options if option["level"] == EstimateOption.Level.FULL), None)
    if full is None:
        raise Refused(_("Give the full option."))
    if not sum(costs_fen) or not _money(full):
        raise Refused(_("An estimate needs a cost and the money it asks for."))
    try:
        result = figures(costs_fen, benefits_fen, probability_bp, rate_bp / 10000)
    except ValueError as error:
        raise Refused(_("The estimate cannot be computed: %(error)s") % {"error": error}) from error
    last = project.estimates.order_by("-version").values_list("version", flat=True).first() or 0
    estimate = Estimate.objects.create(
        project=project,
        version=last + 1,
        by_id=by.principal_id,
        costs_fen=costs_fen,
        benefits_fen=benefits_fen,
        probability_bp=probability_bp,
        rate_bp=rate_bp,
        basis=basis,
        rnpv_fen=result.rnpv_fen,
        npv_fen=result.npv_fen,
        irr_milli=_milli(result.irr),
        pi_milli=_milli(result.pi),
        roi_milli=_milli(result.roi),
        payback_milli=_milli(result.discounted_payback_years),
    )
    for option in options:
        share_bp = option.pop("benefit_share_bp", 10000)
        worth = result.rnpv_fen
        if option is not full:
            costs = [fen * _money(option) // _money(full) for fen in costs_fen]
            worth = figures(
                costs, [fen * share_bp // 10000 for fen in benefits_fen], probability_bp, rate_bp / 10000
            ).rnpv_fen
        EstimateOption.objects.create(estimate=estimate, rnpv_fen=worth, **option)
    project.asked_fen = _money(full)
    project.save(update_fields=["asked_fen"])
    record(
        "project.estimate",
        project,
        by=by,
        estimate=estimate.pk,
        revision=estimate.version,
        fen=project.asked_fen,
        rnpv_fen=result.rnpv_fen,
    )
    meet_requirement(project, "estimate", by=by, because_of=f"projects.Estimate:{estimate.pk}")
    return estimate


def _money(option) -> int:
    return option.get("technology_fen", 0) + option.get("marketing_fen", 0) + option.get("people_fen", 0)


def _milli(ratio):
    return None if ratio is None else round(ratio * 1000)
