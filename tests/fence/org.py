"""Who may use the routes of org, and what a stranger tries them on."""

from datetime import date, timedelta

from apps.core import clock
from apps.core.access import SIGNED_IN
from apps.org.actions.delegation import give_delegation
from apps.org.actions.post import ask_post
from apps.org.actions.reorganisation import plan_reorganisation
from apps.org.models import Authority, Membership, OrgImport, Parameter
from tests.factories import (
    BodyFactory,
    BusinessLineFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
)

ACCESS = {
    "org:body_close": "body.manage",
    "org:body_detail": "org.view",
    "org:body_edit": "body.manage",
    "org:body_list": "org.view",
    "org:body_open": "body.manage",
    "org:body_seat": "body.manage",
    "org:body_unseat": "body.manage",
    "org:liaison_edit": "post.request",
    "org:liaison_gaps": "org.view",
    "org:liaison_list": "org.view",
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
    "org:access_list": "access.view",
    "org:account_close": "org.manage",
    "org:account_open": "org.manage",
    "org:account_recover": "org.manage",
    "org:account_reset": "org.manage",
    "org:account_sign_out": "org.manage",
    "org:alive": SIGNED_IN,
    "org:out_everywhere": SIGNED_IN,
    "org:account_unlock": "org.manage",
    "org:delegation_act": SIGNED_IN,
    "org:delegation_give": SIGNED_IN,
    "org:delegation_list": SIGNED_IN,
    "org:delegation_rest": SIGNED_IN,
    "org:delegation_revoke": SIGNED_IN,
    "org:engagement_ask": "engagement.ask",
    "org:engagement_detail": SIGNED_IN,
    "org:engagement_emergency": "engagement.emergency",
    "org:engagement_end": SIGNED_IN,
    "org:engagement_list": SIGNED_IN,
    "org:person_add": "org.manage",
    "org:person_detail": "org.view",
    "org:person_edit": "org.manage",
    "org:person_leave": "org.manage",
    "org:person_list": "org.view",
    "org:person_suggest": "org.view",
    "org:post_ask": "post.request",
    "org:post_end": "org.view",
    "org:post_hand_over": "org.view",
    "org:post_list": "org.view",
    "org:request_count": "request.view",
    "org:request_detail": "request.view",
    "org:request_list": "request.view",
    "org:request_move": "request.view",
    "org:reorganisation_check": "org.manage",
    "org:reorganisation_detail": "reorganisation.view",
    "org:reorganisation_list": "reorganisation.view",
    "org:reorganisation_move": "org.manage",
    "org:unit_detail": "org.view",
    "org:unit_edit": "org.manage",
    "org:unit_list": "org.view",
    "org:unit_open": "org.manage",
    "org:unit_reorganise": "org.manage",
    "org:unit_suggest": "org.view",
    "org:unit_options": "org.view",
    "org:line_options": "org.view",
}

# Who works where is no secret inside the bank.
OPEN = {"org:body_detail", "org:person_detail", "org:unit_detail"}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    branch = UnitFactory()
    lead = PostFactory(role="group_lead", unit=branch)
    asked = ask_post(PersonFactory(), branch, "group_member", by=lead.user)
    day = clock.today()
    given = give_delegation(
        PostFactory(unit=branch).person, by=lead.user, starts=day, ends=day + timedelta(7), reason="出差"
    )
    made = OrgImport.objects.create(name="机构.xlsx", sha256="", preview="", by=UserFactory())
    keeper = PostFactory(role="system_admin", unit=branch).user
    plan = plan_reorganisation(branch, "close", by=keeper, reason="撤并", document="总行人发〔2026〕1号")
    line = BusinessLineFactory()
    limit = Authority.objects.create(
        kind="funds", role="approver", unit=branch, up_to_fen=1, starts=date(2020, 1, 1)
    )
    days = Parameter.objects.create(key="review_days", value=5, starts=date(2020, 1, 1))
    account = {"pk": lead.person_id, "account": lead.user.pk}
    body = BodyFactory(unit=branch)
    seat = Membership.objects.create(body=body, person=PersonFactory())
    liaison = PostFactory(role="liaison", unit=branch)
    engagement = PostFactory(role="auditor", unit=branch).engagement
    return {
        "org:engagement_detail": {"pk": engagement.pk},
        "org:engagement_end": {"pk": engagement.pk},
        "org:body_close": {"pk": body.pk},
        "org:body_edit": {"pk": body.pk},
        "org:body_seat": {"pk": body.pk},
        "org:body_unseat": {"pk": body.pk, "seat": seat.pk},
        "org:liaison_edit": {"pk": liaison.pk},
        "org:authority_end": {"pk": limit.pk},
        "org:businessline_edit": {"pk": line.pk},
        "org:businessline_move": {"pk": line.pk, "where": "up"},
        "org:parameter_drop": {"pk": days.pk},
        "org:import_check": {"pk": made.pk},
        "org:import_detail": {"pk": made.pk},
        "org:import_move": {"pk": made.pk, "move": "ask"},
        "org:account_close": account,
        "org:account_open": {"pk": lead.person_id},
        "org:account_recover": account,
        "org:account_reset": account,
        "org:account_sign_out": account,
        "org:account_unlock": account,
        "org:delegation_act": {"pk": given.pk},
        "org:delegation_revoke": {"pk": given.pk},
        "org:person_edit": {"pk": lead.person_id},
        "org:person_leave": {"pk": lead.person_id},
        "org:post_end": {"pk": lead.pk},
        "org:post_hand_over": {"pk": lead.pk},
        "org:request_detail": {"pk": asked.pk},
        "org:request_move": {"pk": asked.pk, "move": "approve"},
        "org:unit_edit": {"pk": branch.pk},
        "org:unit_open": {"pk": branch.pk},
        "org:unit_reorganise": {"pk": branch.pk},
        "org:reorganisation_check": {"pk": plan.pk},
        "org:reorganisation_detail": {"pk": plan.pk},
        "org:reorganisation_move": {"pk": plan.pk, "move": "ask"},
    }
