"""Bringing the planned rows into the tables: a handful of statements for any number of rows."""

from datetime import date

from django.db.models import Q

from apps.core.search import index_all
from apps.org.imports.plan import CHANGED, ENDED, NEW, Known, post_key
from apps.org.imports.workbook import Row
from apps.org.models import BusinessLine, Delegation, OrgImport, Person, Post, Unit, User

BATCH = 2000
UNIT_FIELDS = ("name", "short_name", "kind", "opened_on", "closed_on")
PERSON_FIELDS = ("name", "email", "mobile", "left_on")
POST_FIELDS = ("ends", "full_time")


def _iso(value):
    return value.isoformat() if value else None


def _date(name, value):
    return date.fromisoformat(value) if value and name.endswith(("_on", "starts", "ends")) else value


def read_known() -> Known:
    """What stands, in four queries."""
    units = {}
    codes = {}
    for path, depth, code, *values in Unit.objects.values_list("path", "depth", "code", *UNIT_FIELDS):
        name, short_name, kind, opened_on, closed_on = values
        codes[path] = code
        units[code] = {
            "code": code,
            "name": name,
            "short_name": short_name,
            "kind": kind,
            "parent": codes[path[: -Unit.steplen]] if depth > 1 else None,
            "opened_on": _iso(opened_on),
            "closed_on": _iso(closed_on),
        }
    people = {
        no: {"no": no, "name": name, "unit": unit, "email": email, "mobile": mobile, "left_on": _iso(left_on)}
        for no, name, unit, email, mobile, left_on in Person.objects.exclude(employee_no=None).values_list(
            "employee_no", "name", "unit__code", "email", "mobile", "left_on"
        )
    }
    posts = {}
    standing = Post.objects.filter(revoked_on=None).exclude(person__employee_no=None)
    for no, unit, role, line, starts, ends, full_time, deputy in standing.values_list(
        "person__employee_no", "unit__code", "role", "line__code", "starts", "ends", "full_time",
        "deputy__employee_no",
    ):  # fmt: skip
        values = {
            "no": no, "unit": unit, "role": role, "line": line, "starts": _iso(starts), "ends": _iso(ends),
            "full_time": full_time, "deputy": deputy,
        }  # fmt: skip
        posts[post_key(values)] = values
    lines = {}
    for code, name in BusinessLine.objects.values_list("code", "name"):
        lines |= {code: code, name: code}
    return Known(units, people, posts, lines)


def merge(rows: list[Row], org_import: OrgImport, today: date) -> None:
    """Do what `plan` found. The caller holds the lock and has looked that the plan still stands."""
    doing = [row for row in rows if row.effect in (NEW, CHANGED, ENDED)]
    units = _merge_units([row for row in doing if row.sheet == "units"], org_import)
    people = _merge_people([row for row in doing if row.sheet == "people"], org_import, units, today)
    _merge_posts([row for row in doing if row.sheet == "posts"], org_import, units, people)


def _write(model, things, fields):
    """Rows that are there take these fields' new values; by one statement for many, unlike bulk_update's CASE of each."""
    model._base_manager.bulk_create(
        things, batch_size=BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=fields
    )


def _take(thing, row, fields):
    for name in fields:
        value = row.values[name]
        if value is not None:
            setattr(thing, name, _date(name, value))


# ── Units ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _merge_units(rows, org_import) -> dict[str, int]:
    """Returns code → pk of every unit."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    if rows:
        codes = {unit.path: code for code, unit in units.items()}
        above = {code: codes.get(unit.path[: -Unit.steplen]) for code, unit in units.items()}
        moved = set()
        for row in rows:
            code = row.values["code"]
            unit = units.setdefault(code, Unit(code=code))
            _take(unit, row, UNIT_FIELDS)
            unit.org_import = org_import
            unit.version += bool(unit.pk)  # who has it open on a page learns of it there
            if row.values["parent"] and above.get(code) != row.values["parent"]:
                above[code] = row.values["parent"]
                moved.add(code)
        shifted = _arrange(units, above, moved)
        new = [unit for unit in units.values() if unit.pk is None]
        named = {row.values["code"] for row in rows}
        old = [unit for code, unit in units.items() if unit.pk and (code in named or code in shifted)]
        _write(Unit, old, ["path", "depth", "numchild", "version", "org_import", *UNIT_FIELDS])
        Unit._base_manager.bulk_create(new, batch_size=BATCH)
        index_all([unit for unit in units.values() if unit.code in named])
    return {code: unit.pk for code, unit in units.items()}


def _arrange(units, above, moved) -> set[str]:
    """Give the moved and the new units, and all below them, their places in the tree. Returns the codes that changed.

    A place that was ever taken is not given again, so no two rows hold one path at any moment while they are written.
    """
    below: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for code in sorted(units, key=lambda code: units[code].path or "~"):  # "~": the new ones come last
        if code not in moved and above[code]:
            below.setdefault(above[code], []).append(code)
        if path := units[code].path:
            last[path[: -Unit.steplen]] = Unit._str2int(path[-Unit.steplen :])
    for code in units:
        if code in moved:
            below.setdefault(above[code], []).append(code)
    changed = set()
    waiting = [code for code in units if above[code] is None]
    while waiting:
        parent = waiting.pop()
        unit, children = units[parent], below.get(parent, [])
        if unit.numchild != len(children):
            unit.numchild = len(children)
            changed.add(parent)
        for code in children:
            child = units[code]
            if code in moved or child.path[: -Unit.steplen] != unit.path:
                last[unit.path] = last.get(unit.path, 0) + 1
                child.depth = unit.depth + 1
                child.path = Unit._get_path(unit.path, child.depth, last[unit.path])
                changed.add(code)
        waiting += children
    return changed


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _merge_people(rows, org_import, units, today) -> dict[str, int]:
    """Returns employee number → pk of everybody with a number."""
    known = Person.objects.exclude(employee_no=None)
    if rows:
        people = {person.employee_no: person for person in known}
        leaving = []
        for row in rows:
            person = people.setdefault(row.values["no"], Person(employee_no=row.values["no"]))
            if row.values["left_on"] and not person.left_on and person.pk:
                leaving.append(person.pk)
            _take(person, row, PERSON_FIELDS)
            if row.values["unit"]:
                person.unit_id = units[row.values["unit"]]
            person.org_import = org_import
            person.version += bool(person.pk)
        mine = [people[row.values["no"]] for row in rows]
        _write(Person, [p for p in mine if p.pk], ["unit", "version", "org_import", *PERSON_FIELDS])
        Person._base_manager.bulk_create([p for p in mine if p.pk is None], batch_size=BATCH)
        index_all(mine)
        _let_go(leaving, today)
    return dict(known.values_list("employee_no", "pk"))


def _let_go(leaving, today):
    """Who has left holds no post, acts for nobody, and has no way in."""
    for start in range(0, len(leaving), 500):
        some = leaving[start : start + 500]
        Post.objects.filter(person__in=some, revoked_on=None).exclude(ends__lt=today).update(revoked_on=today)
        pairs = Delegation.objects.filter(Q(giver__in=some) | Q(taker__in=some))
        pairs.filter(revoked_on=None, ends__gte=today).update(revoked_on=today)
        User.objects.filter(person__in=some, is_active=True).update(is_active=False)


# ── Posts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _merge_posts(rows, org_import, units, people):
    if not rows:
        return
    lines = dict(BusinessLine.objects.values_list("code", "pk"))
    standing = {
        (post.person_id, post.unit_id, post.role, post.line_id, post.starts): post
        for post in Post.objects.filter(revoked_on=None)
    }
    new, old = [], []
    for row in rows:
        no, unit, role, line, starts = post_key(row.values)
        key = (people[no], units[unit], role, lines.get(line), date.fromisoformat(starts))
        post = standing.get(key)
        (old if post else new).append(
            post := post or Post(**dict(zip(("person_id", "unit_id", "role", "line_id", "starts"), key, strict=True)))
        )  # fmt: skip
        _take(post, row, POST_FIELDS)
        if row.values["deputy"]:
            post.deputy_id = people[row.values["deputy"]]
        post.org_import = org_import
    _write(Post, old, ["deputy", "org_import", *POST_FIELDS])
    Post._base_manager.bulk_create(new, batch_size=BATCH)
