"""Who may do what with products, and what we tell them when they may not."""

from django.utils.translation import gettext as _

from apps.core.verdict import YES, no

READY = ("pilot", "launch")


def may_make_product(user, project):
    if project.stage.code not in READY or project.state != "active":
        return no(_("A product is made of a project that is in its pilot or at launch."))
    if user.principal_id == project.manager_id or user.may_at(
        "product.manage", project.unit, project.line_id
    ):
        return YES
    return no(_("Only the project's manager and the working group make a product of it."))


def may_manage(user, product):
    if user.principal_id == product.owner_id or user.may_at("product.manage", product.unit, product.line_id):
        return YES
    return no(_("Only the product's owner and its working group do this."))


def may_answer(user, rollout):
    return YES if user.can("rollout.decide", rollout) else no(_("Only the branch it is offered to answers."))


def may_enter(user, product, unit):
    if user.principal_id == product.owner_id or user.may_at("reading.enter", unit):
        return YES
    return no(_("You may not enter readings for %(unit)s.") % {"unit": unit})
