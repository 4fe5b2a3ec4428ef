from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

MOVE = {"was": str, "now": str}
# Recorded on the project, so that its timeline goes on when it has become a product.
declare(
    "product.make",
    _("made a product of the project"),
    product=int,
    unit=str,
    proposer=int,
    manager=int,
    icon="package",
    tone="green",
)
declare("product.correct", _("corrected what is said of the product"), product=int, icon="pencil")
declare(
    "rollout.offer", _("offered the product to a branch"), product=int, rollout=int, unit=str, icon="send"
)
declare(
    "rollout.answer",
    _("had a branch's answer"),
    product=int,
    rollout=int,
    unit=str,
    accepted=bool,
    adopter=int,
    proposer=int,
    icon="reply",
    tone="violet",
)
declare(
    "rollout.live",
    _("went live in a branch"),
    product=int,
    rollout=int,
    unit=str,
    adopter=int,
    icon="rocket",
    tone="green",
)
declare(
    "reading.enter",
    _("entered a reading"),
    product=int,
    unit=str,
    month=str,
    cost_fen=int,
    benefit_fen=int,
    correction=bool,
    icon="chart-line",
)
declare("reading.import", _("imported readings"), product=int, rows=int, sha256=str, icon="file-up")
# The moves of a roll-out itself.
declare("rollout.accept", _("accepted the product"), **MOVE, icon="check", tone="green")
declare("rollout.decline", _("declined the product"), **MOVE, icon="x", tone="red")
declare("rollout.go_live", _("went live with the product"), **MOVE, icon="rocket", tone="green")
