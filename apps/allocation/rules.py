"""Who may do what with the fund's money, and what we tell them when they may not."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no


def may_make_scenario(user, fund):
    return (
        YES if user.may_at("scenario.solve", fund.unit) else no(_("Only the fund manager makes scenarios."))
    )


def may_change(user, scenario):
    if scenario.state not in ("draft", "solved", "failed") and not scenario.stuck:
        return no(
            _("It is “%(state)s”; make a new scenario instead.") % {"state": scenario.get_state_display()}
        )
    return may_make_scenario(user, scenario.fund)


def may_ask_for_tranche(user, tranche):
    unit = tranche.commitment.scenario.unit
    return YES if user.may_at("tranche.release", unit) else no(_("Only the fund manager asks for tranches."))


def may_request(user, scenario, *, funded: int):
    """`funded` is how many projects its plan gives something."""
    if scenario.state != "solved":
        return no(_("Funds are asked for a scenario that has a plan."))
    if not funded:
        return no(_("The plan funds nothing."))
    return (
        YES if user.may_at("funds.request", scenario.unit) else no(_("Only the fund manager asks for funds."))
    )


def may_approve_funds(user, *, estimators: set[int]):
    """Never the secretary, nor whoever estimated what is to be paid; the capability and the authority table say the rest."""
    if user.holds("innovation_secretary"):
        return no(_("The secretary keeps out of money."))
    if {user.person_id, user.acting_for_id} & estimators:
        return no(_("You gave an estimate for this; another approver must decide."))
    return YES
