"""Two people open the same form; the second to save sees both texts, and overwrites nothing."""

import lxml.html
import pytest
from django.db import transaction

from tests.everything.forms import FORM, encoded, forms_of
from tests.everything.world import pages, told
from tests.fence import ACCESS
from tests.test_fence import ROUTES

pytestmark = pytest.mark.hostile

# What changes something that stands: route → (the field both change, what the first types, what the second types). A
# field that is not typed into is ticked or chosen.
EDITS = {
    "insight:issue_audience": ("below", ["{east}"], []),
    "insight:issue_edit": ("title", ["甲的标题"], ["乙的标题"]),
    "insight:item_edit": ("title", ["甲的标题"], ["乙的标题"]),
    "insight:line_edit": ("title", ["甲的标题"], ["乙的标题"]),
    "insight:opportunity_edit": ("title", ["甲的标题"], ["乙的标题"]),
    "operations:product_edit": ("name", ["甲的名称"], ["乙的名称"]),
    "operations:reading_enter": ("cost_fen", ["111.11"], ["222.22"]),
    "org:body_edit": ("name", ["甲的名称"], ["乙的名称"]),
    "org:businessline_edit": ("name", ["甲的条线"], ["乙的条线"]),
    "org:day_edit": ("name", ["甲的节日"], ["乙的节日"]),
    "org:liaison_edit": ("deputy", ["{colleague}"], ["{newcomer}"]),
    "org:parameter_set": ("value", ["7"], ["8"]),
    "org:person_edit": ("name", ["甲的姓名"], ["乙的姓名"]),
    "org:unit_edit": ("name", ["甲的名称"], ["乙的名称"]),
    "projects:estimate_edit": ("basis", ["甲的依据"], ["乙的依据"]),
    "projects:plan_edit": ("milestones-0-name", ["甲的里程碑"], ["乙的里程碑"]),
    "projects:project_edit": ("title", ["甲的标题"], ["乙的标题"]),
    "projects:team_edit": ("team-0-share_percent", ["11"], ["22"]),
    "review:forum_edit": ("name", ["甲的名称"], ["乙的名称"]),
    "review:meeting_roll": ("observers", ["甲单位"], ["乙单位"]),
    "review:minutes_edit": ("text", ["甲的事项"], ["乙的事项"]),
    "review:review_score": ("comment", ["甲的意见"], ["乙的意见"]),
    "talent:profile_edit": ("summary", ["甲的简介"], ["乙的简介"]),
}
# What is shown where the text itself is not: the words of a choice, an amount in the unit of the page.
SHOWN = {
    "insight:issue_audience": ("江州分行及下级机构", ""),
    "org:liaison_edit": ("员工", "新人"),
    "projects:team_edit": ("", 'value="22"'),
}
# What makes something new, or is said once and refused the second time: there is nothing to overwrite.
NO_EDITS = {
    "allocation:fund_open", "allocation:fund_raise", "allocation:scenario_make", "allocation:scenario_request",
    "allocation:scenario_solve", "allocation:tranche_request", "core:attachment_add", "core:attachment_remove",
    "core:comment_add", "core:comment_withdraw", "core:job_rerun", "core:job_rerun_all", "core:notice_open",
    "core:notice_read", "core:notice_read_all", "core:saved_view_remove", "core:saved_view_save", "core:thing_follow",
    "core:thing_unfollow", "insight:followup_move", "insight:followup_open", "insight:issue_move", "insight:issue_open",
    "insight:issue_pull", "insight:item_choose", "insight:item_import", "insight:item_move", "insight:line_follow_up",
    "insight:line_move", "insight:opportunity_conclude", "insight:opportunity_file", "insight:opportunity_move",
    "insight:report_start", "operations:product_make", "operations:product_offer", "operations:reading_import",
    "operations:rollout_move", "org:account_close", "org:account_open", "org:account_recover", "org:account_reset",
    "org:account_sign_out", "org:account_unlock",
    "org:authority_ask", "org:authority_end", "org:body_close", "org:body_open", "org:body_seat", "org:body_unseat",
    "org:businessline_add", "org:businessline_move", "org:calendar_load", "org:day_clear", "org:delegation_act",
    "org:delegation_give", "org:delegation_rest", "org:delegation_revoke", "org:engagement_ask",
    "org:engagement_emergency", "org:engagement_end", "org:import_check", "org:import_move",
    "org:import_new", "org:out_everywhere", "org:parameter_drop", "org:person_add", "org:person_leave", "org:post_ask", "org:post_end",
    "org:post_hand_over", "org:reorganisation_check", "org:reorganisation_move", "org:request_move", "org:unit_open",
    "org:unit_reorganise",
    "projects:milestone_meet", "projects:project_advance", "projects:project_hold", "projects:project_move",
    "projects:project_propose", "projects:project_sign", "projects:requirement_waive", "review:ballot_close",
    "review:ballot_open", "review:ballot_vote", "review:consultation_answer", "review:consultation_give",
    "review:forum_set_up", "review:meeting_call", "review:meeting_move", "review:minutes_draft", "review:minutes_issue",
    "review:review_declare", "review:round_move", "review:round_open", "review:topic_assign", "talent:profile_open",
}  # fmt: skip


def test_every_address_that_takes_a_post_is_an_edit_that_is_tried_here_or_changes_nothing_that_stands():
    takes_posts = {name for name in ACCESS if "POST" in methods_of(ROUTES[name])}
    assert takes_posts - {"talent:my_profile"} == set(EDITS) | NO_EDITS


def methods_of(view):
    """The methods a view takes, as its decorators say; a view without one takes all."""
    allowed = {"GET", "POST"}
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            content = cell.cell_contents
            if isinstance(content, list) and content and set(content) <= {"GET", "POST", "HEAD"}:
                allowed &= set(content)
        view = getattr(view, "__wrapped__", None)
    return allowed


@pytest.mark.parametrize("route", EDITS)
def test_a_stale_save_shows_both_texts_and_overwrites_nothing(client, house, route):
    name, first, second = EDITS[route]
    words = {
        "east": str(house.east.pk),
        "colleague": house.colleague.person.employee_no,
        "newcomer": house.newcomer.employee_no,
    }
    mine, theirs = ([value.format(**words) for value in values] for values in (first, second))
    who, form = page_with(client, house, route)
    if route == "operations:reading_enter":  # a month that has a reading already
        form.values["reason"] = ["更正"]

    with transaction.atomic():
        saved = client.post(form.address, encoded(form.values | {name: mine}), content_type=FORM)
        assert saved.status_code == 302, saved.content.decode()[-3000:]
        before = stored(client, who, route, house)
        stale = client.post(form.address, encoded(form.values | {name: theirs}), content_type=FORM)
        page = stale.content.decode()
        assert stale.status_code == 200
        assert stored(client, who, route, house) == before
        for text in SHOWN.get(route, (*mine, *theirs)):
            assert text in page, text
        (again,) = [f for f in forms_of(page, form.address, told(house)) if f.route == route][:1]
        if route == "operations:reading_enter":
            again.values["reason"] = ["更正"]
        assert client.post(again.address, encoded(again.values), content_type=FORM).status_code == 302
        assert stored(client, who, route, house) != before
        transaction.set_rollback(True)


def page_with(client, house, route):
    """Only the pages that may hold the form are opened: its own, or that of the thing it is about."""
    holder = {"review:meeting_roll": "review:meeting_detail", "review:review_score": "review:review_detail"}
    for name, who, address in pages(house):
        if name != holder.get(route, route) or "branch_limit" in address or "discount" in address:
            continue
        client.force_login(who)
        for form in forms_of(client.get(address).content.decode(), address, told(house)):
            if form.route == route:
                form.values.pop("then", None)
                return who, form
    raise AssertionError(f"no page has a form for {route}")


def stored(client, who, route, house):
    """What the form says when somebody opens it anew, but for the token."""
    _who, form = page_with(client, house, route)
    return form.values


def test_the_page_of_a_stale_save_names_what_happened(client, house):
    _who, form = page_with(client, house, "org:body_edit")
    with transaction.atomic():
        client.post(form.address, encoded(form.values | {"name": ["甲"]}), content_type=FORM)
        stale = client.post(form.address, encoded(form.values | {"name": ["乙"]}), content_type=FORM)
        transaction.set_rollback(True)
    cells = [cell.text_content().strip() for cell in lxml.html.fromstring(stale.content.decode()).iter("td")]
    assert cells[-3:] == ["名称", "甲", "乙"]
