"""Import of units, people and posts. It grants posts, so it takes two people; nothing is imported before the second."""

import hashlib
import json

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.flow import lock
from apps.core.journal import record
from apps.core.verdict import YES, Refused, demand, no
from apps.org import rules
from apps.org.actions.request import make_request
from apps.org.flow import import_flow
from apps.org.imports.merge import BATCH, merge, read_known
from apps.org.imports.plan import CHANGED, NEW, plan, summary
from apps.org.imports.workbook import Row
from apps.org.kinds import Kind, register
from apps.org.models import ImportRow, OrgImport, Person, Request, Unit

State = OrgImport.State


@transaction.atomic
def check_import(rows: list[Row], *, by, name: str, sha256: str) -> OrgImport:
    """Keep the rows of a workbook with what each would do, or what is wrong with it. Nothing else is touched."""
    root = Unit.objects.get(depth=1)
    demand(rules.may_import(by, root))
    org_import = OrgImport.objects.create(name=name[:160], sha256=sha256, by=by)
    _stage(org_import, rows)
    record(
        "import.check", org_import, by=by, import_id=org_import.pk, counts=org_import.summary, sha256=sha256
    )
    return org_import


@transaction.atomic
def check_again(org_import: OrgImport, *, by) -> None:
    """Hold the rows against what stands now. A row with a cell that cannot be read stays wrong: the file needs mending."""
    lock(org_import)
    demand(rules.may_import(by, org_import.root))
    if org_import.state != State.CHECKED:
        raise Refused(_("Mend the file and upload it again."))
    rows = staged(org_import)
    org_import.rows.all().delete()
    _stage(org_import, rows)
    counts = org_import.summary
    record(
        "import.check", org_import, by=by, import_id=org_import.pk, counts=counts, sha256=org_import.sha256
    )


def _stage(org_import, rows):
    """Plan the rows and keep them."""
    plan(rows, read_known(), clock.today().isoformat())
    org_import.summary = summary(rows)
    org_import.preview = preview_of(rows)
    org_import.checked_at = clock.now()
    org_import.state = State.BAD if org_import.count("bad") else State.CHECKED
    org_import.save(update_fields=["summary", "preview", "checked_at", "state"])
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                org_import=org_import, sheet=row.sheet, number=row.number, effect=row.effect,
                values=row.values, changes=row.changes, errors=row.errors,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )  # fmt: skip


def staged(org_import: OrgImport) -> list[Row]:
    """The rows as they were read, to be planned anew."""
    return [
        Row(sheet, number, values)
        for sheet, number, values in org_import.rows.order_by("pk").values_list("sheet", "number", "values")
    ]


def preview_of(rows: list[Row]) -> str:
    """What the rows would do, as a number: the approver approves this and nothing else."""
    seen = [[row.sheet, row.number, row.effect, row.values, row.changes] for row in rows]
    text = json.dumps(seen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _planned(org_import) -> list[Row]:
    """The rows planned against what stands now. Raises Refused when that is not what the preview showed."""
    rows = staged(org_import)
    plan(rows, read_known(), clock.today().isoformat())
    if preview_of(rows) != org_import.preview:
        raise Refused(
            _("Units, people or posts have changed since this preview was made. Check the import again.")
        )
    return rows


@transaction.atomic
def ask_import(org_import: OrgImport, *, by, note: str = "") -> Request:
    """Ask the security administrator to approve what the preview shows."""
    import_flow.make(org_import, "ask", by=by, note=note)
    _planned(org_import)
    payload = {
        "import": org_import.pk,
        "sha256": org_import.sha256,
        "preview": org_import.preview,
        "counts": org_import.summary,
    }
    return make_request("org.import", org_import, by=by, unit=org_import.root, payload=payload, note=note)


@transaction.atomic
def drop_import(org_import: OrgImport, *, by) -> None:
    """Give it up. What was read from the file goes; that there was one stays."""
    import_flow.make(org_import, "drop", by=by)
    org_import.rows.all().delete()


def merge_import(request: Request, by) -> None:
    """What the approval of an "org.import" does: exactly what the preview showed, or nothing."""
    org_import = lock(OrgImport.objects.get(pk=request.payload["import"]))
    lock(org_import.root)  # one import at a time; the next looks after this one
    if org_import.preview != request.payload["preview"]:
        raise Refused(_("This is not what you saw. Please read the request again."))
    merge(_planned(org_import), org_import, clock.today())
    import_flow.make(
        org_import,
        "merge",
        by=by,
        decided=True,
        import_id=org_import.pk,
        counts=org_import.summary,
        sha256=org_import.sha256,
    )


def _give_back(request, by):
    import_flow.make(OrgImport.objects.get(pk=request.payload["import"]), "give_back", by=by, decided=True)


def _not_their_own(user, request):
    """Nobody approves an import that gives themselves a post."""
    people = {user.person_id, user.acting_for_id} - {None}
    rows = ImportRow.objects.filter(
        org_import=request.payload["import"], sheet="posts", effect__in=(NEW, CHANGED)
    )
    from_file = rows.filter(values__no__in=list(_numbers(people)))
    return no(_("Nobody approves their own post.")) if from_file.exists() else YES


def _numbers(people):
    return (
        Person.objects.filter(pk__in=people).exclude(employee_no=None).values_list("employee_no", flat=True)
    )


register(
    Kind(
        "org.import",
        gettext_lazy("Import of units, people and posts"),
        apply=merge_import,
        may_make=lambda user, subject: rules.may_import(user, subject.root),
        may_approve=_not_their_own,
        approve="post.grant",
        template="org/request_import.html",
        describe=lambda request: {"made": OrgImport.objects.filter(pk=request.payload["import"]).first()},
        undo=_give_back,
    )
)
