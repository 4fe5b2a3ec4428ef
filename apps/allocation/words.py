"""What the optimiser found, in sentences. Pure but for the language of the reader: the explanation kept with a scenario holds
numbers and ids alone."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.allocation.models.fund import Resource
from apps.core.formats import wan
from apps.projects.models import EstimateOption

STATUS = {
    "optimal": gettext_lazy("Proven to be the best"),
    "feasible": gettext_lazy("Checked; a better one is not ruled out"),
    "infeasible": gettext_lazy("Proven: no plan keeps every limit"),
    "none_found": gettext_lazy("The time was over before a plan was found"),
    "crashed": gettext_lazy("The calculation broke off"),
}
SHOWN = 4  # changes named in one sentence


def level(name) -> str:
    return str(EstimateOption.Level(name).label)


def why_failed(scenario) -> str:
    """Why there is no plan, and what to do; "" where there is one."""
    if scenario.stuck:
        return _(
            "The calculation was given up after several attempts. Solve again; if it fails again, tell the system administrator."
        )
    if scenario.state != "failed":
        return ""
    if scenario.violations:
        return _(
            "The independent checker found %(count)s broken limits in the plan, so it was not taken. Solve again."
        ) % {"count": scenario.violations}
    return {
        "infeasible": _("No plan keeps every limit: the mandatory projects need more than the budgets give."),
        "none_found": _("The time was over before a plan was found. Make a new scenario with more time."),
        "crashed": _(
            "The calculation broke off. Solve again; if it fails again, tell the system administrator."
        ),
    }.get(scenario.status, "")


def what_must_give(explanation: dict, titles: dict) -> list[str]:
    """The least that would have to change for there to be a plan."""
    found = explanation.get("relaxation")
    return [_must_give(violation, titles) for violation in found["limits"]] if found else []


def _must_give(violation, titles) -> str:
    limit, has, allowed = violation["limit"], violation["has"], violation["allowed"]
    if limit["kind"] == "mandatory":
        return _("“%(project)s” could not be mandatory.") % {"project": _title(limit["projects"][0], titles)}
    return _("%(resource)s would have to be %(has)s instead of %(allowed)s: %(by)s more.") % {
        "resource": Resource(limit["resource"]).label,
        "has": wan(has),
        "allowed": wan(allowed),
        "by": wan(has - allowed),
    }


def why_left_out(project_id: int, explanation: dict, titles: dict) -> str:
    """Why the plan does not fund this project, in a sentence or two."""
    found = explanation.get("why_not", {}).get(str(project_id))
    if found is None:
        return _("Not looked into for lack of time.")
    if found["option"] is None:
        return _blocked(found, titles)
    words = {"level": level(found["option"]), "loss": wan(found["loss"])}
    if found["loss"] < 0:
        return _("With more time a plan with it may prove better: at level “%(level)s”. Solve again.") % words
    if not found["displaced"]:
        return (
            _(
                "At its best level, “%(level)s”, it costs more than it brings: the plan would be worth %(loss)s less."
            )
            % words
        )
    words["displaced"] = _displaced(found["displaced"], titles)
    if found["loss"] == 0:
        return _("A plan with it (“%(level)s”) is worth just as much: %(displaced)s.") % words
    words["break_even"] = wan(found["break_even_value"])
    return (
        _(
            "With it (“%(level)s”) the plan would be worth %(loss)s less: %(displaced)s. It would be chosen from an rNPV of %(break_even)s on."
        )
        % words
    )


def _blocked(found, titles) -> str:
    reasons = []
    for violation in found["blocked_by"]:
        limit = violation["limit"]
        if limit["kind"] == "mandatory":
            other = _title(limit["projects"][0], titles)
            reasons.append(_("“%(project)s” is mandatory and needs the money") % {"project": other})
        else:
            missing = wan(violation["has"] - violation["allowed"])
            reasons.append(
                _("%(resource)s is %(missing)s short")
                % {"resource": Resource(limit["resource"]).label, "missing": missing}
            )
    if not reasons:
        return _("It fits at no level.")
    return _("It fits at no level: %(reasons)s.") % {"reasons": _("; ").join(reasons)}


def _displaced(changes, titles) -> str:
    told = [
        _("“%(project)s” from %(was)s to %(now)s")
        % {
            "project": _title(change["project"], titles),
            "was": level(change["was"]) if change["was"] else _("nothing"),
            "now": level(change["now"]) if change["now"] else _("nothing"),
        }
        for change in changes[:SHOWN]
    ]
    if len(changes) > SHOWN:
        told.append(_("and %(count)s more") % {"count": len(changes) - SHOWN})
    return _("; ").join(told)


def _title(key, titles) -> str:
    return titles.get(int(key)) or _("another project")
