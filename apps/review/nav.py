from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, register

LINES = [
    (_("Consultations"), "message-square-text", "review:consultation_list", "project.view"),
    (_("My reviews"), "clipboard-check", "review:review_list", "score.give"),
    (_("Rounds"), "clipboard-list", "review:round_list", "round.view"),
    (_("Meetings"), "gavel", "review:meeting_list", "round.view"),
    (_("Minutes"), "stamp", "review:minutes_list", "round.view"),
    (_("Forums"), "landmark", "review:forum_list", "project.view"),
]
register(*(NavItem("review", *line, order) for order, line in enumerate(LINES)))
