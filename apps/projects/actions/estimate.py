from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import Refused, demand
from apps.core.versions import Stale
from apps.org.calendar import parameter
from apps.projects import rules
from apps.projects.actions.stage import meet_requirement
from apps.projects.finance import CERTAIN, Figures, figures
from apps.projects.models import Estimate, EstimateOption

MOST = 1_000_000  # a ratio or a time beyond this is a slip of the pen


@dataclass(frozen=True)
class Appraisal:
    """What an estimate is worth at a rate: its figures, and the rNPV of each option by its level."""

    rate_bp: int
    figures: Figures
    worth_fen: dict[str, int]
    asked_fen: int


def appraise(
    *, costs_fen: list[int], benefits_fen: list[int], probability_bp: int, options: list[dict]
) -> Appraisal:
    """Compute an estimate at the bank's discount rate of today; `options` as in `give_estimate`.

    Raises Refused for what cannot be computed.
    """
    rate_bp = parameter("discount_rate_bp")
    full = next((option for option in options if option["level"] == EstimateOption.Level.FULL), None)
    if full is None:
        raise Refused(_("Give the full option."))
    if not sum(costs_fen) or not _money(full):
        raise Refused(_("An estimate needs a cost and the money it asks for."))
    try:
        result = figures(costs_fen, benefits_fen, probability_bp, rate_bp / 10000)
    except ValueError as error:
        raise Refused(_("The estimate cannot be computed: %(error)s") % {"error": error}) from error
    for ratio in (result.irr, result.pi, result.roi, result.discounted_payback_years):
        if ratio is not None and not abs(ratio) < MOST:  # true for NaN as well
            raise Refused(_("Benefits and costs are out of all proportion: please check the amounts."))
    worth = {}
    for option in options:
        share_bp = option.get("benefit_share_bp", CERTAIN)
        smaller = option is not full
        if smaller and _money(option) >= _money(full):
            raise Refused(_("A smaller option asks for less money than the full one."))
        worth[option["level"]] = (
            figures(
                [fen * _money(option) // _money(full) for fen in costs_fen],
                [fen * share_bp // CERTAIN for fen in benefits_fen],
                probability_bp,
                rate_bp / 10000,
            ).rnpv_fen
            if smaller
            else result.rnpv_fen
        )
    return Appraisal(rate_bp, result, worth, _money(full))


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
    version: int | None = None,
) -> Estimate:
    """Write a new version of the estimate and compute its figures at the bank's discount rate of today.

    `options` are rows of {level, technology_fen, marketing_fen, people_fen, technology_days, benefit_share_bp}: the full
    one is required; a smaller one brings `benefit_share_bp` hundredths of a per cent of the benefits, and costs in
    proportion to its money. Raises Refused for what cannot be computed, and Stale when `version` is given and is not the
    last one any more (0 before there is one).
    """
    lock(project)
    demand(rules.may_edit(by, project))
    standing = project.estimates.with_options().first()
    last = standing.version if standing else 0
    if version is not None and version != last:
        raise Stale(standing)
    result = appraise(
        costs_fen=costs_fen, benefits_fen=benefits_fen, probability_bp=probability_bp, options=options
    )
    estimate = Estimate.objects.create(
        project=project,
        version=last + 1,
        by_id=by.principal_id,
        costs_fen=costs_fen,
        benefits_fen=benefits_fen,
        probability_bp=probability_bp,
        rate_bp=result.rate_bp,
        basis=basis,
        rnpv_fen=result.figures.rnpv_fen,
        npv_fen=result.figures.npv_fen,
        irr_milli=_milli(result.figures.irr),
        pi_milli=_milli(result.figures.pi),
        roi_milli=_milli(result.figures.roi),
        payback_milli=_milli(result.figures.discounted_payback_years),
    )
    EstimateOption.objects.bulk_create(
        [
            EstimateOption(estimate=estimate, rnpv_fen=result.worth_fen[option["level"]], **option)
            for option in options
        ]
    )
    project.asked_fen = result.asked_fen
    project.save(update_fields=["asked_fen"])
    record(
        "project.estimate",
        project,
        by=by,
        estimate=estimate.pk,
        revision=estimate.version,
        fen=project.asked_fen,
        rnpv_fen=estimate.rnpv_fen,
    )
    meet_requirement(project, "estimate", by=by, because_of=f"projects.Estimate:{estimate.pk}")
    return estimate


def _money(option) -> int:
    return option.get("technology_fen", 0) + option.get("marketing_fen", 0) + option.get("people_fen", 0)


def _milli(ratio):
    return None if ratio is None else round(ratio * 1000)
