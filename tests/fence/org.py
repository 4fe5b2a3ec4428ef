"""Who may use the routes of org, and what a stranger tries them on."""

from datetime import date

from apps.org.actions.post import ask_post
from apps.org.models import Authority, OrgImport, Parameter
from tests.factories import BusinessLineFactory, PersonFactory, PostFactory, UnitFactory, UserFactory

ACCESS = {
    "org:authority_ask": "parameter.manage",
    "org:authority_end": "parameter.manage",
    "org:authority_list": "org.view",
    "org:businessline_add": "parameter.manage",
    "org:businessline_edit": "parameter.manage",
    "org:businessline_list": "org.view",
    "org:businessline_move": "parameter.manage",
    "org:calendar_load": "parameter.manage",
    "org:calendar_month": "org.view",
    "org:day_clear": "parameter.manage",
    "org:day_edit": "parameter.manage",
    "org:parameter_drop": "parameter.manage",
    "org:parameter_list": "org.view",
    "org:parameter_set": "parameter.manage",
    "org:import_check": "org.manage",
    "org:import_detail": "org.view",
    "org:import_list": "org.manage",
    "org:import_move": "org.manage",
    "org:import_new": "org.manage",
    "org:import_template": "org.manage",
    "org:person_detail": "org.view",
    "org:request_count": "request.view",
    "org:request_detail": "request.view",
    "org:request_list": "request.view",
    "org:request_move": "request.view",
    "org:unit_detail": "org.view",
}
# Who works where is no secret inside the bank.
OPEN = {"org:person_detail", "org:unit_detail"}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    branch = UnitFactory()
    asked = ask_post(
        PersonFactory(), branch, "group_member", by=PostFactory(role="group_lead", unit=branch).user
    )
    made = OrgImport.objects.create(name="机构.xlsx", sha256="", preview="", by=UserFactory())
    line = BusinessLineFactory()
    limit = Authority.objects.create(
        kind="funds", role="approver", unit=branch, up_to_fen=1, starts=date(2020, 1, 1)
    )
    days = Parameter.objects.create(key="review_days", value=5, starts=date(2020, 1, 1))
    return {
        "org:authority_end": {"pk": limit.pk},
        "org:businessline_edit": {"pk": line.pk},
        "org:businessline_move": {"pk": line.pk, "where": "up"},
        "org:parameter_drop": {"pk": days.pk},
        "org:import_check": {"pk": made.pk},
        "org:import_detail": {"pk": made.pk},
        "org:import_move": {"pk": made.pk, "move": "ask"},
        "org:request_detail": {"pk": asked.pk},
        "org:request_move": {"pk": asked.pk, "move": "approve"},
    }
