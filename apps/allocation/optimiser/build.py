"""The instance as one sparse matrix, built from arrays.

Columns: one 0/1 column an option, in the order of projects and their options; then, where themes have shares, one for the
plan's money z. Rows: one a limit, in the words of model.Limit, so that whatever is found about a row can be said.

    max   Σ v x
    s.t.  Σ_l x_pl ≤ 1                               = 1 if mandatory
          Σ_{p below u} Σ_l need_plrt x_pl ≤ B_urt   summed to date where the unit carries over; people alike
          F_u ≤ Σ_{p below u} m_pl x_pl ≤ C_u
          Σ m x - z = 0;  Σ_{p in g} m x - least_g z ≥ 0;  Σ_{p in g} m x - most_g z ≤ 0
          Σ_{p in E} Σ_l x_pl ≤ 1;  Σ_l x_pl - Σ_l x_ql ≤ 0

Rows with large coefficients are divided by a power of ten, for the solver's tolerances are absolute. The plan is checked
in whole numbers afterwards, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from apps.allocation.optimiser.model import WHOLE, Instance, Limit, LimitTable

LARGEST_COEFFICIENT = 1e6  # of a row or of the values, after scaling
NO_LIMIT = -1

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class Matrix:
    """maximise value·x, row_lower ≤ rows·x ≤ row_upper, 0 ≤ x ≤ column_upper, the first len(names) columns whole.

    names gives (project, option) of each option column. limits has one Limit a row; row_scale and value_scale are what a
    row and the values were divided by.
    """

    names: list[tuple[str, str]]
    value: Floats
    value_scale: float
    column_upper: Floats
    rows: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    row_scale: Floats
    limits: list[Limit]


def build(instance: Instance) -> Matrix:
    """The matrix of an instance."""
    return _Builder(instance).matrix()


class _Builder:
    def __init__(self, instance: Instance):
        self.instance = instance
        projects = instance.projects
        options = [option for project in projects for option in project.options]
        self.project_index = {project.key: p for p, project in enumerate(projects)}
        self.names = [(project.key, option.name) for project in projects for option in project.options]
        self.project_of = np.repeat(np.arange(len(projects)), [len(project.options) for project in projects])
        self.value = np.array([option.value for option in options], dtype=np.int64)
        self.money = np.array([option.money for option in options], dtype=np.int64)
        periods = len(instance.quarters)
        self.needs = _tables([option.needs for option in options], len(instance.resources), periods)
        self.people = _tables([option.people for option in options], len(instance.skills), periods)

        self.pair_option, self.pair_unit = self._pairs()

        self.blocks: list[sparse.csr_matrix] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []
        self.limits: list[Limit] = []

    def matrix(self) -> Matrix:
        self.add_projects()
        self.add_unit_limits()
        self.add_unit_money()
        self.add_groups()
        self.add_themes()
        columns = max(block.shape[1] for block in self.blocks)
        for block in self.blocks:
            block.resize(block.shape[0], columns)
        rows = sparse.vstack(self.blocks, format="csr")
        lower, upper = np.concatenate(self.lower), np.concatenate(self.upper)
        row_scale = _scales(_row_maxima(rows))
        value_scale = float(_scales(np.abs(self.value).max(initial=1.0)))
        column_upper = np.ones(columns)
        column_upper[len(self.names) :] = np.inf
        value = np.zeros(columns)
        value[: len(self.names)] = self.value / value_scale
        return Matrix(
            names=self.names,
            value=value,
            value_scale=value_scale,
            column_upper=column_upper,
            rows=sparse.diags(1 / row_scale, format="csr") @ rows,
            row_lower=lower / row_scale,
            row_upper=upper / row_scale,
            row_scale=row_scale,
            limits=self.limits,
        )

    def add(
        self,
        limits: Sequence[Limit],
        rows: NDArray,
        columns: NDArray,
        coefficients: NDArray,
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        extra_columns: int = 0,
    ) -> None:
        """A block of rows, one a limit, from the rows, columns and values of its nonzeros."""
        shape = (len(limits), len(self.names) + extra_columns)
        self.blocks.append(sparse.csr_matrix((coefficients.astype(float), (rows, columns)), shape=shape))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), len(limits)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), len(limits)))
        self.limits.extend(limits)

    def add_projects(self) -> None:
        projects = self.instance.projects
        self.add(
            [
                Limit("mandatory" if project.mandatory else "one_option", projects=(project.key,))
                for project in projects
            ],
            self.project_of,
            np.arange(len(self.names)),
            np.ones(len(self.names)),
            lower=[project.mandatory for project in projects],
            upper=1,
        )

    def add_unit_limits(self) -> None:
        """Budgets and headcounts of every unit that has any."""
        instance = self.instance
        units, quarters = instance.units, instance.quarters
        carries = np.array([unit.carries_over for unit in units], dtype=bool)
        budgets = _limits([unit.budgets for unit in units], len(instance.resources), len(quarters))
        headcounts = _limits([unit.headcount for unit in units], len(instance.skills), len(quarters))

        def budget(u: int, r: int, t: int) -> Limit:
            kind = "budget_to_date" if carries[u] else "budget"
            return Limit(kind, unit=units[u].key, resource=instance.resources[r], quarter=quarters[t])

        def people(u: int, k: int, t: int) -> Limit:
            return Limit("people", unit=units[u].key, skill=instance.skills[k], quarter=quarters[t])

        self.add_tables(self.needs, budgets, carries, budget)
        self.add_tables(self.people, headcounts, np.zeros(len(units), dtype=bool), people)

    def add_tables(self, needs: Ints, limits: Ints, carries: Bools, words: Callable[..., Limit]) -> None:
        """One row for each limit[unit, kind, quarter] there is; needs are [option, kind, quarter]."""
        limited = limits != NO_LIMIT
        # Sums to date end where a quarter has no limit: check.py reads carry-over the same way.
        limited[carries] = np.logical_and.accumulate(limited[carries], axis=2)
        limits[carries] = np.cumsum(limits[carries], axis=2)
        row_of = np.full(limited.shape, NO_LIMIT)
        row_of[limited] = np.arange(limited.sum())

        used = needs[self.pair_option]
        to_date = carries[self.pair_unit]
        used[to_date] = np.cumsum(used[to_date], axis=2)
        rows = row_of[self.pair_unit]
        entries = (rows != NO_LIMIT) & (used != 0)
        columns = np.broadcast_to(self.pair_option[:, None, None], used.shape)[entries]
        places = zip(*(axis.tolist() for axis in np.nonzero(limited)), strict=True)
        self.add(
            [words(*place) for place in places], rows[entries], columns, used[entries], upper=limits[limited]
        )

    def add_unit_money(self) -> None:
        """Floors and caps, a row each: when one has to be explained, it is that one."""
        units = self.instance.units
        for kind, amounts in (
            ("floor", [unit.floor or None for unit in units]),
            ("cap", [unit.cap for unit in units]),
        ):
            held = [(u, amount) for u, amount in enumerate(amounts) if amount is not None]
            row_of = np.full(len(units), NO_LIMIT)
            row_of[[u for u, _ in held]] = np.arange(len(held))
            rows, money = row_of[self.pair_unit], self.money[self.pair_option]
            entries = (rows != NO_LIMIT) & (money != 0)
            bound = [amount for _, amount in held]
            self.add(
                [Limit(kind, unit=units[u].key) for u, _ in held],
                rows[entries],
                self.pair_option[entries],
                money[entries],
                lower=bound if kind == "floor" else -np.inf,
                upper=bound if kind == "cap" else np.inf,
            )

    def add_groups(self) -> None:
        """Exclusive sets and dependencies."""
        entries: list[tuple[int, str, int]] = []  # row, project, sign
        limits: list[Limit] = []
        for group in self.instance.exclusive:
            entries += [(len(limits), key, 1) for key in set(group)]
            limits.append(Limit("exclusive", projects=tuple(group)))
        for key, needed in self.instance.dependencies:
            entries += [(len(limits), key, 1), (len(limits), needed, -1)]
            limits.append(Limit("dependency", projects=(key, needed)))

        options = np.split(np.arange(len(self.names)), np.flatnonzero(np.diff(self.project_of)) + 1)
        of_entry = [options[self.project_index[key]] for _, key, _ in entries]
        lengths = [len(columns) for columns in of_entry]
        self.add(
            limits,
            np.repeat([row for row, _, _ in entries], lengths),
            np.concatenate(of_entry) if entries else np.zeros(0, dtype=int),
            np.repeat([sign for _, _, sign in entries], lengths),
            upper=[1 if limit.kind == "exclusive" else 0 for limit in limits],
        )

    def add_themes(self) -> None:
        """Shares of the plan's money, through one column for that money: two nonzeros an option and not one a theme."""
        themes = self.instance.themes
        shares = [
            *((g, "theme_least", theme.least_bp) for g, theme in enumerate(themes) if theme.least_bp > 0),
            *((g, "theme_most", theme.most_bp) for g, theme in enumerate(themes) if theme.most_bp < WHOLE),
        ]
        if not shares:
            return
        index: dict[str | None, int] = {theme.key: g for g, theme in enumerate(themes)}
        theme_of = np.array([index.get(project.theme, NO_LIMIT) for project in self.instance.projects])
        spending = np.flatnonzero(self.money)
        members = [spending, *(spending[theme_of[self.project_of[spending]] == g] for g, _, _ in shares)]
        lengths = [len(columns) for columns in members]
        z = len(self.names)
        unit_of_z = _scales(
            self.money.max(initial=1)
        )  # keeps its coefficients comparable with the money beside them
        self.add(
            [Limit("total"), *(Limit(kind, theme=themes[g].key) for g, kind, _ in shares)],
            np.concatenate([np.repeat(np.arange(len(members)), lengths), np.arange(len(members))]),
            np.concatenate([*members, np.full(len(members), z)]),
            np.concatenate(
                [
                    *(self.money[columns] for columns in members),
                    -unit_of_z * np.array([1, *(share / WHOLE for _, _, share in shares)]),
                ]
            ),
            lower=[0, *(0 if kind == "theme_least" else -np.inf for _, kind, _ in shares)],
            upper=[0, *(0 if kind == "theme_most" else np.inf for _, kind, _ in shares)],
            extra_columns=1,
        )

    def _pairs(self) -> tuple[Ints, Ints]:
        """Each option with each unit it counts in."""
        instance = self.instance
        unit_index = {unit.key: u for u, unit in enumerate(instance.units)}
        ancestors = {key: [unit_index[above] for above in path] for key, path in instance.ancestry.items()}
        paths = [ancestors[project.unit] for project in instance.projects]
        lengths = np.array([len(path) for path in paths], dtype=np.int64)[self.project_of]
        flat = np.array([u for path in paths for u in path], dtype=np.int64)
        starts = np.cumsum([0, *(len(path) for path in paths)])[self.project_of]
        option = np.repeat(np.arange(len(self.names)), lengths)
        within = np.arange(len(option)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return option, flat[np.repeat(starts, lengths) + within]


def _tables(tables: Sequence[Sequence[Sequence[int]]], rows: int, columns: int) -> Ints:
    nothing = [[0] * columns] * rows
    return np.array([table or nothing for table in tables], dtype=np.int64).reshape(
        len(tables), rows, columns
    )


def _limits(tables: Sequence[LimitTable], rows: int, columns: int) -> Ints:
    unlimited = [[NO_LIMIT] * columns] * rows
    known = [
        [[NO_LIMIT if limit is None else limit for limit in row] for row in table] if table else unlimited
        for table in tables
    ]
    return np.array(known, dtype=np.int64).reshape(len(tables), rows, columns)


def _row_maxima(rows: sparse.csr_matrix) -> Floats:
    return abs(rows).max(axis=1).toarray().ravel() if rows.shape[1] else np.zeros(rows.shape[0])


def _scales(largest: Floats | float) -> Floats:
    """The powers of ten, from 1 up, that bring numbers down to LARGEST_COEFFICIENT."""
    excess = np.maximum(np.asarray(largest, dtype=float) / LARGEST_COEFFICIENT, 1.0)
    return 10.0 ** np.ceil(np.log10(excess))
