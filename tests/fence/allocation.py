"""Who may use the routes of allocation, and what a stranger tries them on."""

from tests.factories import PostFactory, funded_project, treasury

ACCESS: dict[str, str] = {
    "allocation:fund_detail": "scenario.view",
    "allocation:fund_list": "scenario.view",
    "allocation:fund_open": "scenario.solve",
    "allocation:fund_raise": "funds.request",
    "allocation:scenario_compare": "scenario.view",
    "allocation:scenario_detail": "scenario.view",
    "allocation:scenario_list": "scenario.view",
    "allocation:scenario_make": "scenario.solve",
    "allocation:scenario_progress": "scenario.view",
    "allocation:scenario_request": "funds.request",
    "allocation:scenario_solve": "scenario.solve",
    "allocation:tranche_list": "scenario.view",
    "allocation:tranche_request": "tranche.release",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    people = treasury()
    _project, tranche = funded_project(people, by=PostFactory(role="group_lead").user)
    scenario = tranche.commitment.scenario
    return {
        "allocation:fund_detail": {"pk": scenario.fund_id},
        "allocation:fund_raise": {"pk": scenario.fund_id},
        "allocation:scenario_detail": {"pk": scenario.pk},
        "allocation:scenario_make": {"pk": scenario.fund_id},
        "allocation:scenario_progress": {"pk": scenario.pk},
        "allocation:scenario_request": {"pk": scenario.pk},
        "allocation:scenario_solve": {"pk": scenario.pk},
        "allocation:tranche_request": {"pk": tranche.pk},
    }
