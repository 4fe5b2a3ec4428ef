from django.utils.translation import gettext_lazy as _

from apps.core.nav import NavItem, place, register

register(
    NavItem("insight", _("Insight items"), "newspaper", "insight:item_list", "item.view", 10),
    NavItem("insight", _("Reports"), "book-open", "insight:issue_list", "report.view", 20),
    NavItem("insight", _("Follow-ups"), "flag", "insight:followup_list", "opportunity.view", 30),
    NavItem("insight", _("Opportunities"), "lightbulb", "insight:opportunity_list", "opportunity.view", 40),
)
place("report", "insight:opportunity_file", "opportunity.file")
