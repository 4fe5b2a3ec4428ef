"""Who may do what to a project, and what we tell them when they may not."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no

DRAFT, ACTIVE, RETURNED = "draft", "active", "returned"
OPEN_TEXT = (DRAFT, RETURNED)


def may_propose(user, unit, line_id=None):
    return (
        YES
        if user.may_at("project.propose", unit, line_id)
        else no(_("You may not propose projects for %(unit)s.") % {"unit": unit})
    )


def may_edit(user, project):
    """The text, plan, team and estimate: open until the head has signed them, and again when they are returned."""
    if project.state not in OPEN_TEXT:
        if project.state != ACTIVE or project.stage.code != "proposal":
            return no(_("The proposal is under review; it can be changed when it is returned."))
        if project.requirements.filter(kind__code="signature", met_at__isnull=False).exists():
            return no(_("The proposal has been signed; it can be changed when it is returned."))
    if user.principal_id in (project.manager_id, project.proposer_id) or user.may_at(
        "project.edit", project.unit, project.line_id
    ):
        return YES
    return no(_("Only the project's manager, its proposer and the working group change it."))


def may_submit(user, project):
    if not (verdict := may_edit(user, project)):
        return verdict
    if project.state not in OPEN_TEXT:
        return no(_("It has been submitted already."))
    missing = [
        str(r.kind)
        for r in project.requirements.filter(kind__code__in=["estimate", "plan"]).select_related("kind")
        if not r.settled
    ]
    return no(_("Still missing: %(missing)s.") % {"missing": "、".join(missing)}) if missing else YES


def may_sign(user, project):
    if project.state != ACTIVE or project.stage.code != "proposal":
        return no(_("There is nothing to sign now."))
    if user.principal_id in (project.manager_id, project.proposer_id):
        return no(_("The head signs, not the proposer or the manager."))
    return (
        YES
        if user.may_at("project.sign", project.unit)
        else no(_("Only the head of the applicant unit signs."))
    )


def may_send_back(user, project):
    """Instead of signing, or while the departments are asked: the head, or the working group."""
    if project.stage.code != "proposal":
        return no(_("The proposal is under review; a decision returns it."))
    if user.principal_id in (project.manager_id, project.proposer_id):
        return no(_("Another person returns your project."))
    return (
        YES
        if user.may_at("project.sign", project.unit)
        or user.may_at("project.manage", project.unit, project.line_id)
        else no(_("Only the head of the applicant unit and the working group return it."))
    )


def may_stop(user, project):
    """Its manager and the working group; who proposed it does not end it alone."""
    if project.state not in OPEN_TEXT:
        return may_manage(user, project)
    if user.principal_id == project.manager_id or user.may_at("project.edit", project.unit, project.line_id):
        return YES
    return no(_("Only the project's manager and the working group do this."))


def may_manage(user, project):
    """Milestones, moves by hand, waivers: while the project is alive."""
    if project.state not in (ACTIVE, "on_hold"):
        return no(_("The project is not in progress."))
    if user.principal_id == project.manager_id or user.may_at(
        "project.manage", project.unit, project.line_id
    ):
        return YES
    return no(_("Only the project's manager and the working group do this."))


def may_waive(user, project):
    """Not the manager for their own project."""
    if user.principal_id in (project.manager_id, project.proposer_id):
        return no(_("Another person must waive what your project owes."))
    return (
        YES
        if user.may_at("project.manage", project.unit, project.line_id)
        else no(_("Only the working group waives a requirement."))
    )


def is_ready(requirements):
    """Has everything a gate asks for been met, or waived with a reason?"""
    missing = [str(r.kind) for r in requirements if not r.settled]
    return no(_("Still missing: %(missing)s.") % {"missing": "、".join(missing)}) if missing else YES
