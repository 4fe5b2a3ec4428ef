"""Every route is listed with who may use it; a new one without a line here fails. Each is tried by a stranger, and by
somebody who is not signed in."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.core.access import SIGNED_IN
from apps.projects.actions import set_milestones
from tests.factories import PostFactory, make_project

OURS = {
    "desk:home": SIGNED_IN,
    "desk:search_results": SIGNED_IN,
    "insight:followup_detail": "opportunity.view",
    "insight:followup_list": "opportunity.view",
    "insight:followup_move": "opportunity.view",
    "insight:followup_open": "opportunity.investigate",
    "insight:issue_audience": "report.edit",
    "insight:issue_detail": "report.view",
    "insight:issue_edit": "report.edit",
    "insight:issue_list": "report.view",
    "insight:issue_move": "report.edit",
    "insight:issue_open": "report.edit",
    "insight:issue_pull": "report.edit",
    "insight:issue_readers": "report.edit",
    "insight:item_choose": "item.file",
    "insight:item_detail": "item.view",
    "insight:item_edit": "item.view",
    "insight:item_file": "item.view",
    "insight:item_import": "item.file",
    "insight:item_list": "item.view",
    "insight:item_move": "item.view",
    "insight:line_edit": "report.edit",
    "insight:line_follow_up": "opportunity.investigate",
    "insight:line_move": "report.edit",
    "insight:opportunity_conclude": "opportunity.investigate",
    "insight:opportunity_detail": "opportunity.view",
    "insight:opportunity_edit": "opportunity.view",
    "insight:opportunity_file": "opportunity.file",
    "insight:opportunity_list": "opportunity.view",
    "insight:opportunity_move": "opportunity.view",
    "insight:opportunity_photo": "opportunity.view",
    "insight:report_start": "report.edit",
    "projects:project_list": "project.view",
    "projects:project_detail": "project.view",
    "projects:project_move": "project.view",
    "projects:project_sign": "project.sign",
    "projects:project_advance": "project.manage",
    "projects:milestone_meet": "project.manage",
}


def named_views(resolver, namespace=""):
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from named_views(item, f"{namespace}{item.namespace}:" if item.namespace else namespace)
        elif isinstance(item, URLPattern) and item.name:
            yield namespace + item.name, item.callback


ROUTES = dict(named_views(get_resolver()))


def arguments():
    """For each route of projects with arguments, those of a project in somebody else's branch. Insight's own are walked
    by a stranger in tests/insight/test_pages.py."""
    officer = PostFactory(role="group_lead").user
    project = make_project(officer)
    stage = project.process_version.stages.get(code="build")
    set_milestones(project, [{"name": "完成开发", "stage": stage, "due_on": "2027-01-01"}], by=officer)
    pk = {"pk": project.pk}
    return {
        "projects:project_detail": pk,
        "projects:project_move": pk | {"move": "submit"},
        "projects:project_sign": pk,
        "projects:project_advance": pk | {"gate": "to_review"},
        "projects:milestone_meet": pk | {"milestone": project.milestones.get().pk},
    }


def test_every_route_of_ours_is_listed_with_the_access_its_view_declares():
    ours = {name: getattr(view, "access", None) for name, view in ROUTES.items() if ":" in name}
    assert ours == OURS


@pytest.mark.django_db
def test_a_stranger_gets_404_for_what_is_out_of_reach_and_the_same_for_what_does_not_exist(client):
    client.force_login(PostFactory(role="group_lead").user)
    for name, kwargs in arguments().items():
        found = {
            client.get(reverse(name, kwargs=kwargs)).status_code,
            client.post(reverse(name, kwargs=kwargs)).status_code,
        }
        absent = {client.get(reverse(name, kwargs=kwargs | {"pk": 999_999})).status_code}
        assert found <= {403, 404, 405}, name
        assert found & {403, 404}, name
        assert absent <= {403, 404, 405}, name


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    kwargs = arguments()
    for name in ROUTES:
        if name not in OURS or (
            name not in kwargs and not name.endswith(("_list", "_import", "home", "_results"))
        ):
            continue
        response = client.post(reverse(name, kwargs=kwargs.get(name)))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/"), name
