from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.search import index
from apps.core.verdict import Refused, demand, no
from apps.core.versions import lock_seen, lock_version
from apps.insight import rules
from apps.insight.actions.place import say
from apps.insight.flow import issue_flow
from apps.insight.models import Issue, IssueAudience, IssueLine, Item, Reading, Report
from apps.insight.models.report import Section
from apps.org.calendar import add_working_days, due_in
from apps.org.models import Access
from apps.org.reach import allow_each

SECTION_OF = {
    Item.Category.PEER_MOVE: Section.PEERS,
    Item.Category.PRODUCT: Section.PRODUCTS,
    Item.Category.PROJECT: Section.PEERS,
    Item.Category.BUSINESS: Section.PLATFORMS,
    Item.Category.RESEARCH: Section.RESEARCH,
    Item.Category.AWARD_CASE: Section.AWARDS,
    Item.Category.REGULATION: Section.REGULATION,
    Item.Category.OWN_PRACTICE: Section.OWN,
}


@transaction.atomic
def start_report(*, by, kind: str, name: str, unit, line=None) -> Report:
    """Start a series: a weekly, a monthly, or one of specials. Raises `Refused` without the right, or for a name the unit has."""
    if not by.may_at("report.edit", unit, line and line.pk):
        demand(no(_("You do not edit reports of %(unit)s.") % {"unit": unit}))
    report, made = Report.objects.get_or_create(
        unit=unit, name=name.strip(), defaults={"kind": kind, "line": line}
    )
    if not made:
        raise Refused(_("%(unit)s has a report of this name already.") % {"unit": unit})
    record("report.start", report, by=by, kind=kind, unit=unit.pk)
    return report


@transaction.atomic
def open_issue(report: Report, *, by) -> Issue:
    """Begin the next number of a report: due on Friday (weekly), on the fifth working day of the month to come
    (monthly), or in ten working days (special)."""
    if not by.can("report.edit", report):
        demand(no(_("You do not edit this report.")))
    lock(report)  # two editors who open the next number at once get two numbers
    today = clock.today()
    last = Issue.objects.unscoped("numbering").filter(report=report, year=today.year).aggregate(Max("number"))
    issue = Issue.objects.create(
        report=report,
        unit=report.unit,
        line=report.line,
        year=today.year,
        number=(last["number__max"] or 0) + 1,
        editor_id=by.principal_id,
        due_on=_due_on(report.kind, today),
    )
    index(issue)
    record("issue.open", issue, by=by, number=issue.number, year=issue.year, unit=issue.unit_id)
    return issue


def _due_on(kind, today):
    if kind == Report.Kind.WEEKLY:
        return today + timedelta(days=(4 - today.weekday()) % 7)
    if kind == Report.Kind.MONTHLY:
        end_of_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return add_working_days(end_of_month, 5)
    return due_in(10)


@transaction.atomic
def edit_issue(issue: Issue, *, by, version: int, **changes) -> Issue:
    """Change title, grade or due date of a draft. Raises `Stale` and `Refused`."""
    if extra := set(changes) - {"title", "grade", "due_on"}:
        raise TypeError(f"not to be edited: {sorted(extra)}")
    lock_version(issue, version)
    demand(rules.may_edit_issue(by, issue))
    for name, value in changes.items():
        setattr(issue, name, value)
    issue.save(update_fields=[*changes, "version"])
    index(issue)
    record("issue.edit", issue, by=by, fields=sorted(changes))
    return issue


@transaction.atomic
def add_to_issue(issue: Issue, item: Item, *, by, section: str = "", summary: str = "") -> IssueLine:
    """Put a filed item in a draft, at the end of a section (that of its category unless said). Twice is once.

    Raises `Refused` for an item the editor cannot see or that is not filed.
    """
    lock(issue)
    demand(rules.may_edit_issue(by, issue))
    lock(item)
    if not item.filed or not by.can("item.view", item):
        raise Refused(_("Only items that are filed, and that you can see, go into an issue."))
    last = issue_lines(issue).aggregate(Max("order"))["order__max"]
    line, made = IssueLine.objects.get_or_create(
        issue=issue,
        item=item,
        defaults={
            "order": (last or 0) + 1,
            "section": Section(section or SECTION_OF[Item.Category(item.category)]),
            "summary": summary.strip(),
            **_carried(item),
        },
    )
    if made:
        record("issue.add", issue, by=by, item=item.pk, section=line.section)
    return line


def _carried(item) -> dict:
    return {"title": item.headline, "credit": item.credit[:400], "url": item.url, "body": item.text}


def issue_lines(issue):
    return IssueLine.objects.unscoped("inside an action on the issue").filter(issue=issue)


@transaction.atomic
def remove_from_issue(issue: Issue, item: Item, *, by) -> None:
    """Take an item out of a draft."""
    lock(issue)
    demand(rules.may_edit_issue(by, issue))
    deleted, _models = issue_lines(issue).filter(item=item).delete()
    if deleted:
        record("issue.remove", issue, by=by, item=item.pk)


@transaction.atomic
def edit_line(line: IssueLine, *, by, version: int, section: str, title: str, summary: str) -> IssueLine:
    """Change how a draft presents an item. Raises `Stale` and `Refused`."""
    issue = lock(line.issue)
    demand(rules.may_edit_issue(by, issue))
    lock_version(line, version)
    line.section, line.title, line.summary = Section(section), title.strip(), summary.strip()
    line.save(update_fields=["section", "title", "summary", "version"])
    record("issue.edit", issue, by=by, fields=["lines"])
    return line


@transaction.atomic
def move_line(line: IssueLine, *, by, up: bool) -> None:
    """Exchange a line with its neighbour in the same section; at the end of the section nothing happens."""
    issue = lock(line.issue)
    demand(rules.may_edit_issue(by, issue))
    ids = list(issue_lines(issue).filter(section=line.section).values_list("pk", flat=True))
    here = ids.index(line.pk)
    there = here + (-1 if up else 1)
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
        order_lines(issue, by=by, lines=ids)


@transaction.atomic
def order_lines(issue: Issue, *, by, lines: list[int]) -> None:
    """Bring these lines of a draft (their ids) into this order, in the places they hold between them.

    Raises `Refused` when one of them is not in the issue (any more).
    """
    lock(issue)
    demand(rules.may_edit_issue(by, issue))
    rows = {line.pk: line for line in issue_lines(issue).filter(pk__in=lines)}
    if len(rows) != len(lines):
        raise Refused(_("The issue has changed meanwhile. Load the page again."))
    for pk, place in zip(lines, sorted(line.order for line in rows.values()), strict=True):
        rows[pk].order = place
    issue_lines(issue).bulk_update(rows.values(), ["order"])
    record("issue.edit", issue, by=by, fields=["order"])


@transaction.atomic
def address_issue(issue: Issue, *, by, units, seen: str | None = None) -> None:
    """Set the audience of a draft: pairs (unit, with the units below it?). Raises `Refused` outside the report's reach,
    and `Stale` when the audience is not the one that was seen."""
    lock_seen(issue, seen, ["addressed"])
    demand(rules.may_edit_issue(by, issue))
    wanted = {unit.pk: (unit, below) for unit, below in units}
    for unit, below in wanted.values():
        demand(rules.may_address(issue.unit, unit, below))
    audience(issue).delete()
    IssueAudience.objects.bulk_create(
        IssueAudience(issue=issue, unit=unit, below=below) for unit, below in wanted.values()
    )
    record("issue.address", issue, by=by, units=sorted([pk, below] for pk, (_u, below) in wanted.items()))


def audience(issue):
    return IssueAudience.objects.unscoped("inside an action on the issue").filter(issue=issue)


@transaction.atomic
def publish_issue(issue: Issue, *, by) -> Issue:
    """Give a draft to its audience: the text as it is now, and the rows by which they reach it, in one transaction.

    Raises `Refused` while it has no items or no audience, while an item in it was withdrawn, or while one is graded
    higher than the issue. Readers are told by a job.
    """
    lock(issue)
    lines = list(issue_lines(issue).select_related("item"))
    rows = list(audience(issue).select_related("unit"))
    if not lines:
        raise Refused(_("There is nothing in this issue yet."))
    if not rows:
        raise Refused(_("Choose who may read it first."))
    for line in lines:
        if not line.item.filed:
            raise Refused(_("“%(title)s” was withdrawn; take it out first.") % {"title": line.title})
        if line.item.grade > issue.grade:
            raise Refused(
                _(
                    "“%(title)s” is graded %(grade)s, higher than this issue. Raise the issue's grade, or take it out."
                )
                % {"title": line.title, "grade": line.item.get_grade_display()}
            )
        line.body, line.credit = line.item.text, line.item.credit[:400]
    issue.published_at = clock.now()  # before the state: a constraint wants both
    issue.save(update_fields=["published_at"])
    issue_flow.make(
        issue,
        "publish",
        by=by,
        items=[line.item_id for line in lines],
        units=[[row.unit_id, row.below] for row in rows],
        unit=issue.unit_id,
        path=issue.unit.path,
        person=issue.editor_id,
    )
    issue_lines(issue).bulk_update(lines, ["body", "credit"])
    reached = [(row.unit, row.below) for row in rows]
    allow_each([issue], "report.view", because_of=_because_of(issue), units=reached)
    index(issue)
    return issue


def _because_of(issue) -> str:
    return f"insight.Issue:{issue.pk}"


@transaction.atomic
def recall_issue(issue: Issue, *, by, note: str) -> Issue:
    """Take a published issue back from its readers, for a reason: their access ends with this transaction."""
    issue_flow.make(issue, "recall", by=by, note=note)
    # Deleted, not ended: a row that ends today would still count today. The journal keeps whom it was published for.
    Access.objects.filter(
        subject_type=ContentType.objects.get_for_model(Issue),
        subject_id=issue.pk,
        because_of=_because_of(issue),
    ).delete()
    say(issue, note, by=by)
    return issue


@transaction.atomic
def read_issue(issue: Issue, *, by) -> Reading | None:
    """Note that this person opened a published issue: once, however often they do."""
    if not issue.is_published or not by.person_id:
        return None
    reading, made = Reading.objects.get_or_create(issue=issue, person_id=by.person_id)
    if made:
        record("issue.read", issue, by=by, person=by.person_id)
    return reading
