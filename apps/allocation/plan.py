"""A scenario's plan as its pages show it: sums, a drawing, and what differs between two."""

from functools import cached_property

from django.utils.translation import gettext as _

from apps.allocation.models.fund import Resource
from apps.allocation.models.scenario import money_of

DRAWN_IN, DRAWN_OUT = 16, 8  # projects in one drawing, the funded ones above


class Plan:
    """A scenario with all its lines, which come from `for_list`."""

    def __init__(self, scenario, lines):
        self.scenario, self.lines = scenario, lines

    @property
    def titles(self) -> dict[int, str]:
        """Of the projects this person may see."""
        return {line.project_id: line.project.title for line in self.lines if line.seen}

    @cached_property
    def funded(self):
        return [line for line in self.lines if line.level]

    @property
    def asked_fen(self) -> int:
        return sum(line.asked_fen for line in self.lines)

    @property
    def granted_fen(self) -> int:
        return sum(line.granted_fen for line in self.lines)

    @property
    def envelopes(self) -> list[dict]:
        """What the plan uses of each budget, and what more of it would bring."""
        marginals = self.scenario.explanation.get("marginals", {})
        return [
            {
                "label": resource.label,
                "budget_fen": getattr(self.scenario, f"{resource}_fen"),
                "used_fen": sum(line.granted.get(f"{resource}_fen", 0) for line in self.funded),
                "more": marginals.get(resource, []),
            }
            for resource in Resource
        ]

    @property
    def chart(self) -> dict:
        """The projects of the greatest worth, funded and not, for ui.chart; in units of ten thousand yuan."""

        def worth(line):
            return line.value_fen if line.level else max(option["rnpv_fen"] for option in line.levels)

        left_out = [line for line in self.lines if not line.level]
        shown = [*sorted(left_out, key=worth)[-DRAWN_OUT:], *sorted(self.funded, key=worth)[-DRAWN_IN:]]
        series = [(_("Funded"), True), (_("Not funded"), False)]
        return {
            "grid": {"left": 4, "right": 24, "top": 44, "bottom": 2, "outerBoundsMode": "same"},
            "xAxis": {"type": "value"},
            "yAxis": {
                "type": "category",
                "data": [shortened(line.title) for line in shown],
            },
            "series": [
                {
                    "name": name,
                    "type": "bar",
                    "stack": "worth",
                    "data": [
                        round(worth(line) / 1_000_000, 1) if bool(line.level) is is_in else None
                        for line in shown
                    ],
                }
                for name, is_in in series
            ],
        }


def shortened(title: str, most: int = 14) -> str:
    return title if len(title) <= most else title[: most - 1] + "…"


def differences(first: Plan, second: Plan) -> list[dict]:
    """Each project of either, with what each plan gives it; those that differ stand first, the largest change on top."""
    lines = [{line.project_id: line for line in plan.lines} for plan in (first, second)]
    rows = []
    for project_id in lines[0] | lines[1]:
        pair = [side.get(project_id) for side in lines]
        given = [money_of(line.granted) if line else 0 for line in pair]
        levels = [line.level if line else None for line in pair]
        rows.append(
            {
                "line": pair[0] or pair[1],
                "pair": pair,
                "change_fen": given[1] - given[0],
                "differs": levels[0] != levels[1],
            }
        )
    return sorted(rows, key=lambda row: (not row["differs"], -abs(row["change_fen"]), row["line"].pk))
