"""What the rows of a workbook would do to what stands, and what must not be. Facts in, verdicts out: no database here.

Every date is ISO text, so that what was read, what stands and what was staged compare as they are.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.org.administrators import ADMINISTRATORS
from apps.org.imports.workbook import Row, shown

NEW, CHANGED, ENDED, SAME, BAD = "new", "changed", "ended", "same", "bad"
EFFECTS = (NEW, CHANGED, ENDED, SAME, BAD)
ENDINGS = {"units": "closed_on", "people": "left_on", "posts": "ends"}
FOREVER = "9999-12-31"
DEEPEST = 40  # levels of the tree


@dataclass
class Known:
    """What stands. `posts` is (no, unit, role, line, starts) → values, of the posts that nobody took away."""

    units: dict[str, dict] = field(default_factory=dict)  # code → values; of the root, "parent" is None
    people: dict[str, dict] = field(default_factory=dict)  # employee number → values
    posts: dict[tuple, dict] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)  # name or code → code


def post_key(values) -> tuple:
    return tuple(values[name] for name in ("no", "unit", "role", "line", "starts"))


def plan(rows: list[Row], known: Known, today: str) -> None:
    """Give every row its effect and its changes, or say what is wrong with it."""
    sheets = {name: [row for row in rows if row.sheet == name] for name in ENDINGS}
    units = _units(sheets["units"], known, today)
    people = _people(sheets["people"], known, units, today)
    _posts(sheets["posts"], known, units, people, today)
    _closings(sheets["units"], sheets["posts"], known, units, people, today)
    for row in rows:
        if row.errors:
            row.effect, row.changes = BAD, {}


def summary(rows) -> dict[str, dict[str, int]]:
    """sheet → effect → how many rows."""
    counts = Counter((row.sheet, row.effect) for row in rows)
    return {
        sheet: {effect: counts[sheet, effect] for effect in EFFECTS if counts[sheet, effect]}
        for sheet in ENDINGS
    }


def _compare(row: Row, stands: dict | None) -> dict:
    """The row's effect and changes, field by field; returns the values as they will be. An empty cell leaves what stands."""
    given = {name: value for name, value in row.values.items() if value is not None}
    if stands is None:
        row.effect, row.changes = NEW, {}
        return row.values
    row.changes = {name: [stands[name], value] for name, value in given.items() if stands.get(name) != value}
    ending = ENDINGS[row.sheet]
    ends = ending in row.changes and row.changes[ending][0] is None
    row.effect = ENDED if ends else CHANGED if row.changes else SAME
    return stands | given


def _demand(row: Row, *names: str) -> None:
    """What a new one cannot be without."""
    for name in names:
        if row.values[name] is None and not row.is_wrong(name):
            row.wrong(name, _("This must be filled in for a new one."))


def _past(row: Row, today: str) -> None:
    """What has ended has ended by today."""
    ending = ENDINGS[row.sheet]
    if row.values[ending] and row.values[ending] > today:
        row.wrong(ending, _("This day must not lie ahead."))


def _first_of_each(rows, key_of, column):
    """(row, key) of each row whose key can be read; a second one with the same key is wrong."""
    seen: dict = {}
    for row in rows:
        key = key_of(row)
        if key is None:
            continue
        if key in seen:
            row.wrong(column, _("Row %(row)s says the same; keep one.") % {"row": seen[key]})
        else:
            seen[key] = row.number
            yield row, key


# ── Units ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _units(rows, known, today) -> dict[str, dict]:
    """The units as they will be."""
    will = dict(known.units)
    mine = {}
    for row, code in _first_of_each(rows, lambda row: row.values.get("code"), "code"):
        stands = known.units.get(code)
        will[code] = _compare(row, stands)
        mine[code] = row
        if stands is None:
            _demand(row, "name", "kind", "parent")
        _past(row, today)
    for code, row in mine.items():
        _place(row, code, will, known)
    for code, row in mine.items():
        _look_up(row, code, will)
    return will


def _place(row, code, will, known):
    values, is_root = will[code], code in known.units and known.units[code]["parent"] is None
    parent = values["parent"]
    if is_root and row.values["parent"]:
        row.wrong("parent", _("The head office has no unit above it."))
    if (values["kind"] == "head_office") != is_root and values["kind"]:
        row.wrong("kind", _("There is one head office, at the top of the tree."))
    if parent is None:
        return
    if parent not in will:
        row.wrong("parent", _("There is no unit %(code)s, neither here nor in the file.") % {"code": parent})
    elif will[parent]["closed_on"] and not values["closed_on"]:
        row.wrong("parent", _("The unit %(code)s is closed.") % {"code": parent})
    if values["closed_on"] and values["opened_on"] and values["closed_on"] < values["opened_on"]:
        row.wrong("closed_on", _("It must not close before it opens."))


def _look_up(row, code, will):
    """The way up from a unit ends at the top: it does not come back, and is not endless."""
    way = [code]
    while (above := will.get(way[-1], {}).get("parent")) is not None:
        if above in way and above != code:
            return  # a loop further up: its own rows say so
        way.append(above)
        if above == code:
            row.wrong("parent", _("It would lie below itself: %(loop)s.") % {"loop": " › ".join(way)})
            return
        if len(way) > DEEPEST:
            row.wrong("parent", _("At most %(count)s levels.") % {"count": DEEPEST})
            return


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _people(rows, known, units, today) -> dict[str, dict]:
    will = dict(known.people)
    for row, no in _first_of_each(rows, lambda row: row.values.get("no"), "no"):
        stands = known.people.get(no)
        will[no] = _compare(row, stands)
        if stands is None:
            _demand(row, "name", "unit")
        _past(row, today)
        unit = row.values["unit"]
        if unit and unit not in units:
            row.wrong("unit", _("There is no unit %(code)s, neither here nor in the file.") % {"code": unit})
        elif (
            unit
            and units[unit]["closed_on"]
            and not will[no]["left_on"]
            and (stands is None or "unit" in row.changes)
        ):
            row.wrong("unit", _("The unit %(code)s is closed.") % {"code": unit})  # fmt: skip
    return will


# ── Posts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _posts(rows, known, units, people, today):
    for row in rows:
        _post_names(row, known, units, people)
    whole = [row for row in rows if not row.errors]
    will = dict(known.posts)
    of_person: dict[str, list] = defaultdict(list)
    for row, key in _first_of_each(whole, lambda row: post_key(row.values), "no"):
        stands = known.posts.get(key)
        if stands is None and row.values["full_time"] is None:
            row.values["full_time"] = True
        will[key] = _compare(row, stands)
        if (will[key]["ends"] or FOREVER) < row.values["starts"]:
            row.wrong("ends", _("The post must not end before it starts."))
        of_person[key[0]].append((row, key))
    standing: dict[str, list] = defaultdict(list)
    for key, values in will.items():
        standing[key[0]].append((key, values["ends"] or FOREVER))
    for no, mine in of_person.items():
        for row, key in mine:
            if row.effect == NEW or "ends" in row.changes:
                _stand(row, units, people, today)
                if row.values["role"] == "auditor":
                    row.wrong("role", _("An auditor reads by an engagement: ask for one."))
            _beside(row, key, will[key]["ends"] or FOREVER, standing[no])


def _post_names(row, known, units, people):
    """Each name in the row is one that will be there."""
    values = row.values
    if not values:
        return
    for column in ("no", "deputy"):
        no = values[column]
        if no and no not in people:
            row.wrong(column, _("There is nobody with the number %(no)s, neither here nor in the file.") % {"no": no})  # fmt: skip
        elif no and column == "deputy" and people[no]["left_on"]:
            row.wrong(column, _("%(person)s has left.") % {"person": people[no]["name"]})
    if values["unit"] and values["unit"] not in units:
        row.wrong("unit", _("There is no unit %(code)s, neither here nor in the file.") % {"code": values["unit"]})  # fmt: skip
    if values["line"]:
        if values["line"] in known.lines:
            values["line"] = known.lines[values["line"]]
        else:
            row.wrong("line", _("There is no business line “%(name)s”.") % {"name": values["line"]})
    if values["deputy"]:
        if values["deputy"] == values["no"]:
            row.wrong("deputy", _("Choose another person as deputy."))
        if values["role"] not in (None, "liaison"):
            row.wrong("deputy", _("Only a liaison has a deputy."))


def _stand(row, units, people, today):
    """Nobody who has left holds a post, and nobody holds one at a closed unit."""
    values = row.values
    if (values["ends"] or FOREVER) < today:
        return
    if people[values["no"]]["left_on"]:
        row.wrong("no", _("%(person)s has left.") % {"person": people[values["no"]]["name"]})
    if units[values["unit"]]["closed_on"]:
        row.wrong("unit", _("The unit %(code)s is closed.") % {"code": values["unit"]})


def _beside(row, key, ends, others):
    """Beside the person's other posts: not the same twice at one time, and never two of the three administrators."""
    no, unit, role, line, starts = key
    for other, other_ends in others:
        if other == key or other[4] > ends or starts > other_ends:
            continue
        if other[1:4] == (unit, role, line):
            row.wrong(
                "starts", _("The same post stands from %(day)s on; end that first.") % {"day": other[4]}
            )
        elif role in ADMINISTRATORS and other[2] in ADMINISTRATORS and other[2] != role:
            row.wrong(
                "role",
                _("The same person is “%(role)s”: nobody is two of the three administrators.")
                % {"role": shown("posts", "role", other[2])},
            )


def _closings(unit_rows, post_rows, known, units, people, today):
    """A unit closes when nothing is open below it and nobody has a post there."""
    closing = {row.values.get("code"): row for row in unit_rows if row.values.get("closed_on")}
    if not closing:
        return
    below = Counter(
        values["parent"] for values in units.values() if values["parent"] and not values["closed_on"]
    )
    ends = {key: values["ends"] for key, values in known.posts.items()}
    ends |= {
        post_key(row.values): row.values["ends"] for row in post_rows if row.values and row.values["ends"]
    }
    held = Counter(
        key[1] for key, until in ends.items()
        if (until or FOREVER) >= today and not people.get(key[0], {}).get("left_on")
    )  # fmt: skip
    for code, row in closing.items():
        if known.units.get(code, {}).get("closed_on"):
            continue
        if below[code]:
            row.wrong("closed_on", _("%(count)s units below it are still open; close them first.") % {"count": below[code]})  # fmt: skip
        if held[code]:
            row.wrong("closed_on", _("%(count)s people still have posts here; end these first.") % {"count": held[code]})  # fmt: skip
