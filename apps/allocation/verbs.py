from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

declare("fund.open", _("opened a fund"), year=int, icon="wallet")
declare(
    "fund.budget",
    _("changed the fund's budget"),
    request=int,
    technology_fen=int,
    marketing_fen=int,
    people_fen=int,
    icon="wallet",
    tone="violet",
)
declare("scenario.make", _("made a scenario"), projects=int, icon="sliders-horizontal")
declare("scenario.solve", _("started the optimiser"), seconds=int, icon="cpu")
declare(
    "scenario.solved",
    _("found a plan"),
    status=str,
    value_fen=int | None,
    bound_fen=int | None,
    funded=int,
    icon="badge-check",
    tone="green",
)
declare("scenario.fail", _("found no plan"), icon="triangle-alert", tone="red")
declare(
    "scenario.request",
    _("asked for the funds of a scenario"),
    request=int,
    fen=int,
    projects=int,
    icon="send",
)
declare(
    "scenario.approve",
    _("approved the funds of a scenario"),
    request=int,
    fen=int,
    projects=int,
    icon="badge-check",
    tone="green",
)
declare(
    "funds.commit",
    _("committed funds"),
    request=int,
    scenario=int,
    level=str,
    fen=int,
    icon="lock",
    tone="violet",
)
declare(
    "tranche.release",
    _("released a tranche"),
    tranche=int,
    number=int,
    fen=int,
    because_of=str,
    icon="banknote",
    tone="green",
)
