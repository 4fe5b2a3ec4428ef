"""Who may do what with items, issues, follow-ups and opportunities, and why not."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no


def may_draft_item(user, unit, line_id=None):
    if user.may_at("item.file", unit, line_id):
        return YES
    return no(_("You may not file items for %(unit)s.") % {"unit": unit})


def may_correct_item(user, item):
    if item.state == "withdrawn":
        return no(_("A withdrawn item is not changed any more."))
    if user.can("item.edit", item):
        return YES
    return no(_("Only whoever filed an item, or the office and groups above, correct it."))


def may_file_item(user, item):
    if user.may_at("item.file", item.unit, item.line_id) and may_correct_item(user, item):
        return YES
    return no(_("You may not file items for %(unit)s.") % {"unit": item.unit})


def may_edit_issue(user, issue):
    if issue.state != "draft":
        return no(_("A published issue stays as it is; recall it and open another."))
    if user.can("report.edit", issue):
        return YES
    return no(_("You do not edit this report."))


def may_publish_issue(user, issue):
    if user.may_at("report.publish", issue.unit, issue.line_id):
        return YES
    return no(_("Publishing is for the innovation office's secretary or the lead of the branch's group."))


def may_address(issue_unit, unit, below):
    """A report goes to its own unit and those below it; upwards to a unit itself, never to all below that."""
    if unit.is_under(issue_unit) or (issue_unit.is_under(unit) and not below):
        return YES
    return no(
        _("%(unit)s is outside the reach of this report: it goes to its own unit, those below, and upwards.")
        % {"unit": unit}
    )


def may_follow_up(user, unit):
    if user.may_at("opportunity.investigate", unit):
        return YES
    return no(_("You may not open a follow-up for %(unit)s.") % {"unit": unit})


def may_settle_follow_up(user, follow_up):
    if user.principal_id == follow_up.owner_id or user.may_at("opportunity.investigate", follow_up.unit):
        return YES
    return no(_("Only its owner, or the working group, closes a follow-up."))


def may_file_opportunity(user, unit, line_id=None):
    if user.may_at("opportunity.file", unit, line_id):
        return YES
    return no(_("You may not file opportunities for %(unit)s.") % {"unit": unit})


def may_correct_opportunity(user, opportunity):
    if opportunity.state not in ("filed", "investigating"):
        return no(_("An opportunity that is concluded is not changed any more."))
    if user.principal_id == opportunity.reporter_id:
        return YES
    return no(_("Only whoever reported it corrects the text."))


def may_investigate(user, opportunity):
    if user.can("opportunity.investigate", opportunity):
        return YES
    return no(_("Investigating is for the working group and the innovation office."))


def may_take_up(user, opportunity):
    if user.may_at("project.propose", opportunity.unit, opportunity.line_id) or may_investigate(
        user, opportunity
    ):
        return YES
    return no(_("You may not propose a project for %(unit)s.") % {"unit": opportunity.unit})
