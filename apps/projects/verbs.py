from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

MOVE = {"was": str, "now": str}
declare(
    "project.propose",
    _("proposed the project"),
    opportunity=int | None,
    unit=str,
    proposer=int,
    icon="lightbulb",
    tone="amber",
)
declare("project.edit", _("changed the project's text"), revision=int, icon="pencil")
declare(
    "project.estimate",
    _("gave an estimate"),
    estimate=int,
    revision=int,
    fen=int,
    rnpv_fen=int,
    icon="calculator",
)
declare("project.plan", _("changed the plan"), milestones=int, icon="calendar-range")
declare("project.team", _("changed the team"), members=int, icon="users")
declare("project.submit", _("submitted the proposal"), **MOVE, icon="send")
declare("project.sign", _("signed for the applicant unit"), unit=str, icon="signature", tone="green")
declare(
    "project.meet",
    _("met a requirement"),
    kind=str,
    gate=str,
    because_of=str,
    icon="check-check",
    tone="green",
    quiet=True,  # it follows from a line that is told
)
declare("project.waive", _("waived a requirement"), kind=str, gate=str, icon="shield-off", tone="amber")
declare(
    "project.advance",
    _("went on to the next stage"),
    gate=str,
    was=str,
    now=str,
    icon="arrow-right",
    tone="green",
)
declare("project.milestone", _("met a milestone"), milestone=int, late_days=int, icon="flag", tone="green")
declare("project.return", _("returned the project for revision"), **MOVE, icon="undo-2", tone="amber")
declare("project.send_back", _("returned the project for revision"), **MOVE, icon="undo-2", tone="amber")
declare(
    "project.hand_over", _("handed the project over"), was=int, to=int, icon="arrow-right-left", tone="amber"
)
declare("project.hold", _("put the project on hold"), **MOVE, icon="pause", tone="amber")
declare("project.resume", _("resumed the project"), **MOVE, icon="play")
declare("project.reject", _("rejected the project"), **MOVE, icon="x", tone="red")
declare("project.stop", _("stopped the project"), **MOVE, icon="octagon-x", tone="red")
declare("project.close", _("closed the project"), **MOVE, icon="archive", tone="green")
