"""Who may use the routes of org, and what a stranger tries them on."""

from apps.org.actions.post import ask_post
from apps.org.models import OrgImport
from tests.factories import PersonFactory, PostFactory, UnitFactory, UserFactory

ACCESS = {
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
    return {
        "org:import_check": {"pk": made.pk},
        "org:import_detail": {"pk": made.pk},
        "org:import_move": {"pk": made.pk, "move": "ask"},
        "org:request_detail": {"pk": asked.pk},
        "org:request_move": {"pk": asked.pk, "move": "approve"},
    }
