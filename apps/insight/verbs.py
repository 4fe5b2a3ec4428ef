from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

# What point rules and statistics need of a line: whose it is, at which unit (and where that stood in the tree then).
PLACE = {"code": str, "person": int, "unit": int, "path": str, "line": int | None}
MOVE = {"was": str, "now": str}

declare("item.draft", _("drafted the item"), icon="file-pen-line", **PLACE)
declare("item.file", _("filed the item"), icon="newspaper", tone="green", category=str, **PLACE, **MOVE)
declare("item.correct", _("corrected the item"), icon="pencil", fields=list)
declare("item.withdraw", _("withdrew the item"), icon="undo-2", tone="amber", **MOVE)

declare("report.start", _("started the report"), icon="library", kind=str, unit=int)
declare("issue.open", _("opened the issue"), icon="book-open", number=int, year=int, unit=int)
declare("issue.edit", _("edited the issue"), icon="pencil", fields=list)
declare("issue.add", _("put an item in the issue"), icon="list-plus", item=int, section=str)
declare("issue.remove", _("took an item out of the issue"), icon="list-minus", item=int)
declare("issue.address", _("set the audience"), icon="users", units=list)
declare(
    "issue.publish", _("published the issue"), icon="send", tone="green", items=list, units=list, unit=int,
    person=int, path=str, **MOVE,
)  # fmt: skip
declare("issue.recall", _("recalled the issue"), icon="undo-2", tone="red", **MOVE)
declare(
    "issue.read", _("read the issue"), readers="report.edit", icon="eye", tone="grey", quiet=True, person=int
)

declare(
    "followup.open", _("opened a follow-up"), icon="flag", item=int, unit=int, path=str, person=int, owner=int
)
declare("followup.finish", _("finished the follow-up"), icon="flag", tone="green", **MOVE)
declare("followup.drop", _("dropped the follow-up"), icon="flag-off", tone="amber", **MOVE)

declare(
    "opportunity.file", _("filed the opportunity"), icon="lightbulb", tone="green", followup=int | None,
    item=int | None, **PLACE,
)  # fmt: skip
declare("opportunity.correct", _("corrected the opportunity"), icon="pencil", fields=list)
declare("opportunity.investigate", _("started the investigation"), icon="search", **PLACE, **MOVE)
for _name, _label, _icon, _tone in [
    ("conclude", _("concluded: worth taking up"), "check-check", "green"),
    ("hold", _("concluded: hold"), "pause", "amber"),
    ("drop", _("concluded: drop"), "x", "red"),
]:
    declare(
        f"opportunity.{_name}",
        _label,
        icon=_icon,
        tone=_tone,
        investigation=int,
        investigator=int,
        **PLACE,
        **MOVE,
    )
declare("opportunity.take_up", _("took up the opportunity"), icon="rocket", tone="green", **PLACE, **MOVE)
declare("followup.hand_over", _("handed over the follow-up"), icon="arrow-right-left", was=int, to=int)
declare("opportunity.hand_over", _("handed over the opportunity"), icon="arrow-right-left", was=int, to=int)
