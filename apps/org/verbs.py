from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

declare("request.make", _("made a request"), kind=str, fen=int, hash=str, icon="file-plus")
declare(
    "request.confirm", _("confirmed a request"), kind=str, fen=int, hash=str, icon="file-check", tone="green"
)
declare(
    "request.approve", _("approved a request"), kind=str, fen=int, hash=str, icon="badge-check", tone="green"
)
declare(
    "request.renew", _("asked anew, as things stand now"), kind=str, hash=str, icon="refresh-cw", tone="amber"
)
declare("request.decline", _("declined a request"), kind=str, icon="file-x", tone="red")
declare("request.withdraw", _("withdrew a request"), kind=str, icon="undo-2", tone="amber")

declare("unit.open", _("opened the unit"), parent=int | None, kind=str, icon="building-2", tone="green")
declare("unit.change", _("changed the unit"), fields=list, icon="pencil")
declare(
    "unit.move", _("moved the unit"), version=2, was=int, now=int, reorganisation=int, icon="folder-tree", tone="amber"
)  # fmt: skip
declare("unit.close", _("closed the unit"), version=2, reorganisation=int, icon="building", tone="red")
declare(
    "unit.merge", _("merged the unit into another"), into=int, reorganisation=int, units=int, posts=int, people=int,
    icon="merge", tone="red",
)  # fmt: skip
declare(
    "unit.absorb", _("merged another unit into this one"), unit=int, reorganisation=int, units=int, posts=int, people=int,
    icon="merge", tone="amber",
)  # fmt: skip
declare(
    "post.carry", _("gave the post again at the unit it was merged into"), post=int, posts=list, unit=int, role=str,
    reorganisation=int, icon="id-card", tone="amber",
)  # fmt: skip
declare(
    "reorganisation.plan",
    _("planned the reorganisation"),
    what=str,
    unit=int,
    other=int | None,
    icon="folder-tree",
)
declare("reorganisation.check", _("looked at the preview again"), icon="refresh-cw")
declare(
    "reorganisation.ask",
    _("asked for approval of the reorganisation"),
    was=str,
    now=str,
    icon="file-clock",
    tone="amber",
)
declare("reorganisation.drop", _("dropped the plan"), was=str, now=str, icon="file-x", tone="red")
declare("reorganisation.give_back", _("gave the plan back"), was=str, now=str, icon="undo-2", tone="amber")
declare(
    "reorganisation.do",
    _("carried out the reorganisation"),
    was=str,
    now=str,
    icon="folder-tree",
    tone="green",
)
declare("person.add", _("added the person"), unit=int | None, icon="user-plus", tone="green")
declare("person.change", _("changed the person"), fields=list, icon="user-pen")
declare("person.leave", _("recorded the leaving of the person"), posts=int, icon="user-x", tone="red")
declare("account.open", _("opened an account"), account=int, icon="key-round", tone="green")
declare("account.close", _("closed the account"), account=int, icon="lock", tone="red")
declare(
    "account.reset", _("gave the account a new first password"), account=int, icon="key-round", tone="amber"
)
declare(
    "account.recover",
    _("allowed the account to be recovered"),
    account=int,
    request=int,
    second_factor=bool,
    icon="life-buoy",
    tone="amber",
)
declare("account.end_sessions", _("ended the account's sessions"), account=int, icon="log-out", tone="amber")
declare("account.unlock", _("unlocked the account"), account=int, icon="lock-open", tone="green")
declare(
    "post.grant", _("granted a post"), request=int, post=int, unit=int, role=str, icon="id-card", tone="green"
)
declare("post.end", _("ended a post"), post=int, unit=int, role=str, icon="circle-off", tone="red")
declare("post.change", _("changed a liaison's post"), post=int, fields=list, icon="pencil")
declare(
    "post.hand_over", _("handed over what was open"), post=int, to=int, counts=dict, icon="arrow-right-left"
)
declare("delegation.give", _("delegated to another person"), taker=int, icon="user-check")
declare("delegation.revoke", _("ended the delegation"), icon="user-minus", tone="red")
declare("delegation.act", _("began to act for the other"), giver=int, icon="user-check", tone="amber")
declare("delegation.rest", _("acts for themselves again"), giver=int, icon="user")
declare(
    "engagement.begin",
    _("granted an engagement"),
    request=int,
    person=int,
    unit=int,
    kind=str,
    icon="scan-eye",
    tone="amber",
)
declare("engagement.end", _("ended an engagement"), icon="eye-off", tone="red")
declare(
    "engagement.read",
    _("opened a page under an engagement"),
    route=str,
    thing=int | None,
    status=int,
    icon="eye",
    quiet=True,
)
declare("body.open", _("set up the body"), kind=str, icon="landmark", tone="green")
declare("body.close", _("dissolved the body"), seats=int, icon="landmark", tone="red")
declare("body.change", _("changed the body"), fields=list, icon="pencil")
declare("body.seat", _("gave a seat"), membership=int, person=int, role=str, icon="user-plus", tone="green")
declare("body.unseat", _("ended a seat"), membership=int, person=int, role=str, icon="user-minus", tone="red")
declare("holiday.set", _("set a day of the calendar"), day=str, working=bool, icon="calendar-plus")
declare("holiday.clear", _("cleared a day of the calendar"), day=str, icon="calendar-minus", tone="red")
declare("holiday.load", _("loaded the public holidays"), year=int, days=int, icon="calendar-days")
declare(
    "parameter.drop",
    _("took back a value that had not begun"),
    key=str,
    value=int,
    starts=str,
    icon="undo-2",
    tone="red",
)
declare("business_line.add", _("added a business line"), code=str, icon="plus", tone="green")
declare("business_line.change", _("changed a business line"), fields=list, icon="pencil")
declare("business_line.move", _("moved a business line"), order=int, icon="arrow-up-down")
declare("parameter.set", _("set a parameter"), key=str, value=int, starts=str, icon="sliders-horizontal")
declare(
    "authority.grant",
    _("entered a line of the authority table"),
    request=int,
    fen=int,
    icon="stamp",
    tone="green",
)
declare("authority.end", _("ended a line of the authority table"), icon="stamp", tone="red")
declare(
    "import.check", _("checked a file to import"), import_id=int, counts=dict, sha256=str, icon="file-search"
)
declare(
    "import.ask", _("asked for approval of the import"), was=str, now=str, icon="file-clock", tone="amber"
)
declare("import.drop", _("dropped the import"), was=str, now=str, icon="file-x", tone="red")
declare("import.give_back", _("gave the import back"), was=str, now=str, icon="undo-2", tone="amber")
declare(
    "import.merge",
    _("imported units, people and posts"),
    was=str,
    now=str,
    import_id=int,
    counts=dict,
    sha256=str,
    icon="file-up",
    tone="green",
)
