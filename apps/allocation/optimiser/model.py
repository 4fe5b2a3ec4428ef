"""The instance of an allocation and its plan, as plain data.

All numbers are whole, in units the caller chooses once and keeps: money and value in fen (or thousand yuan), person-days
in hundredths, people in tenths of a full-time equivalent, shares in basis points. Units, projects and themes are named by
their keys; resources, quarters and skills by their place in the instance's lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

WHOLE = 10_000  # basis points
LARGEST = 10**17  # a thousand billion yuan in fen; keeps every sum within 64 bits

Table = Sequence[Sequence[int]]
LimitTable = Sequence[Sequence[int | None]]


@dataclass(frozen=True, slots=True)
class Option:
    """One level at which a project may be funded: full, reduced, pilot; or the same with a later start.

    needs[resource][quarter] and people[skill][quarter] are what it takes, () for nothing. money is what counts towards
    shares of themes and floors and caps of units. value may be negative.
    """

    name: str
    value: int
    money: int = 0
    needs: Table = ()
    people: Table = ()


@dataclass(frozen=True, slots=True)
class Project:
    """At most one of its options is chosen; exactly one where it is mandatory. What has started and may not change is
    mandatory with a single option."""

    key: str
    unit: str
    options: Sequence[Option]
    theme: str | None = None
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree; each of its limits holds for the projects of the unit and of all units below it.

    budgets[resource][quarter] and headcount[skill][quarter] are the most that may be used, None or () for no limit. With
    carries_over, what a quarter leaves of a budget may be used later. floor and cap are on the money of the plan.
    """

    key: str
    parent: str | None = None
    budgets: LimitTable = ()
    headcount: LimitTable = ()
    carries_over: bool = False
    floor: int = 0
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme has at least and at most these shares of the plan's money, in basis points."""

    key: str
    least_bp: int = 0
    most_bp: int = WHOLE


@dataclass(frozen=True)
class Instance:
    """Everything an allocation has to decide and to keep to.

    exclusive: sets of projects of which at most one is funded. dependencies: pairs (project, the one it needs).
    Raises ValueError, naming the place, for unknown or repeated keys, a cycle of units, a table of the wrong shape, and
    numbers that are not whole, negative or too large.
    """

    units: Sequence[Unit]
    projects: Sequence[Project]
    resources: Sequence[str] = ()
    quarters: Sequence[str] = ()
    skills: Sequence[str] = ()
    themes: Sequence[Theme] = ()
    exclusive: Sequence[Sequence[str]] = ()
    dependencies: Sequence[tuple[str, str]] = ()

    def __post_init__(self):
        for complaint in _complaints(self):
            raise ValueError(complaint)

    @cached_property
    def ancestry(self) -> dict[str, tuple[str, ...]]:
        """Each unit's key with the keys of itself and all units above it."""
        parents = {unit.key: unit.parent for unit in self.units}
        return {key: tuple(_upwards(parents, key)) for key in parents}

    @cached_property
    def project(self) -> dict[str, Project]:
        """Each project by its key."""
        return {project.key: project for project in self.projects}

    @cached_property
    def options(self) -> dict[str, dict[str, Option]]:
        """Each project's options by project and name."""
        return {project.key: {option.name: option for option in project.options} for project in self.projects}

    def to_payload(self) -> dict[str, Any]:
        """The instance as JSON can hold it."""
        payload = _as_dict(self)
        payload["units"] = [_as_dict(unit) for unit in self.units]
        payload["themes"] = [_as_dict(theme) for theme in self.themes]
        payload["projects"] = [
            {**_as_dict(project), "options": [_as_dict(option) for option in project.options]}
            for project in self.projects
        ]
        return payload

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Instance:
        """The instance of to_payload; raises ValueError as the class does, TypeError for unknown or missing names."""
        return cls(
            **{
                **payload,
                "units": [Unit(**unit) for unit in payload["units"]],
                "themes": [Theme(**theme) for theme in payload["themes"]],
                "projects": [
                    Project(**{**project, "options": [Option(**option) for option in project["options"]]})
                    for project in payload["projects"]
                ],
                "dependencies": [tuple(pair) for pair in payload["dependencies"]],
            }
        )


@dataclass(frozen=True)
class Plan:
    """What is chosen and how good that is known to be.

    status: "optimal" (proven), "feasible" (checked, may be improved), "infeasible" (proven: no plan keeps every limit) or
    "none_found" (time was over first). chosen maps a funded project to the name of its option. bound is a value that no
    plan can exceed, None where none is known; seconds is the time it took.
    """

    status: str
    chosen: Mapping[str, str]
    value: int | None
    bound: int | None
    seconds: float

    @property
    def gap(self) -> float | None:
        """(bound - value) / |value|: what may still be missing, as a share; None without a plan or a bound."""
        if self.value is None or self.bound is None:
            return None
        missing = self.bound - self.value
        return missing / abs(self.value) if missing else 0.0

    def to_payload(self) -> dict[str, Any]:
        return {**_as_dict(self), "chosen": dict(self.chosen), "gap": self.gap}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Plan:
        return cls(**{field.name: payload[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Limit:
    """One row of the model in the bank's words.

    kind is one of: one_option, mandatory, budget, budget_to_date (with carry-over: this quarter and all before),
    people, theme_least, theme_most, floor, cap, exclusive, dependency; total for the row that only sums up the plan's
    money; and of a plan that does not fit its instance: unknown, value. The other fields say where it holds, as far as they apply.
    """

    kind: str
    unit: str | None = None
    resource: str | None = None
    skill: str | None = None
    quarter: str | None = None
    theme: str | None = None
    projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Violation:
    """A limit that a plan breaks: how much it has, and how much it may or must have, in the limit's own unit."""

    limit: Limit
    has: int
    allowed: int

    @property
    def by(self) -> int:
        return abs(self.has - self.allowed)


def _upwards(parents: Mapping[str, str | None], key: str | None) -> Iterator[str]:
    while key is not None:
        yield key
        key = parents[key]


def _as_dict(thing: Any) -> dict[str, Any]:
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def _complaints(instance: Instance) -> Iterator[str]:
    """What is wrong with an instance, in sentences; only the first is ever asked for."""
    units = {unit.key: unit.parent for unit in instance.units}
    themes = {theme.key for theme in instance.themes}
    projects = {project.key for project in instance.projects}
    for name, keys, things in (
        ("unit", units, instance.units),
        ("theme", themes, instance.themes),
        ("project", projects, instance.projects),
    ):
        if len(keys) < len(things):
            yield f"Two {name}s have the same key."
    resources, skills, quarters = len(instance.resources), len(instance.skills), len(instance.quarters)

    for unit in instance.units:
        seen: set[str] = set()
        above: str | None = unit.key
        while above is not None:
            if above not in units:
                yield f"Unit {unit.key} lies below {above}, which is not there."
                return
            if above in seen:
                yield f"Unit {unit.key} lies below itself."
                return
            seen.add(above)
            above = units[above]
        if not (
            _fits(unit.budgets, resources, quarters, none=True)
            and _fits(unit.headcount, skills, quarters, none=True)
        ):
            yield f"Unit {unit.key}: a limit is not a table of whole numbers, one row a resource or skill, one column a quarter."
        if not (_is_amount(unit.floor) and (unit.cap is None or _is_amount(unit.cap))):
            yield f"Unit {unit.key}: floor and cap must be whole and not negative."
    for theme in instance.themes:
        if not (
            _is_amount(theme.least_bp)
            and _is_amount(theme.most_bp)
            and theme.least_bp <= theme.most_bp <= WHOLE
        ):
            yield f"Theme {theme.key}: shares must be whole basis points, the least no more than the most."
    for project in instance.projects:
        if project.unit not in units:
            yield f"Project {project.key} belongs to unit {project.unit}, which is not there."
        if project.theme is not None and project.theme not in themes:
            yield f"Project {project.key} belongs to theme {project.theme}, which is not there."
        if len({option.name for option in project.options}) < max(1, len(project.options)):
            yield f"Project {project.key} needs at least one option, each with a name of its own."
        for option in project.options:
            if not (_fits(option.needs, resources, quarters) and _fits(option.people, skills, quarters)):
                yield f"Project {project.key}, {option.name}: a need is not a table of whole numbers, one row a resource or skill, one column a quarter."
            if not _is_amount(option.money) or type(option.value) is not int or abs(option.value) > LARGEST:
                yield f"Project {project.key}, {option.name}: value and money must be whole, and money not negative."
    for group in (*instance.exclusive, *instance.dependencies):
        for key in group:
            if key not in projects:
                yield f"Project {key} is excluded or depended on, but is not there."
    if any(len(pair) != 2 for pair in instance.dependencies):
        yield "A dependency is a pair: the project and the one it needs."


def _fits(table: LimitTable, rows: int, columns: int, *, none: bool = False) -> bool:
    if not table:
        return True
    return len(table) == rows and all(
        len(row) == columns and all(_is_amount(n) or (none and n is None) for n in row) for row in table
    )


def _is_amount(number: object) -> bool:
    return type(number) is int and 0 <= number <= LARGEST
