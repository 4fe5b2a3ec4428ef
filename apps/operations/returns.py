"""What a product brought beside what its project promised, month by month. Numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

FEN_PER_WAN = 1_000_000


def promised_fen(costs_fen: list[int], benefits_fen: list[int], months: int) -> int:
    """The net benefit an estimate promises for its first months of use, in fen: year 0 is the building, and each later
    year's promise is spread evenly over its twelve months."""
    net, left = 0, months
    for cost, benefit in list(zip(costs_fen, benefits_fen, strict=True))[1:]:
        use = min(12, left)
        net += (benefit - cost) * use // 12
        left -= use
        if not left:
            break
    return net


@dataclass(frozen=True)
class Month:
    """A month over all units: what was read, and what the estimate promises for it (None without an estimate)."""

    month: date
    units: int
    customers: int | None
    cost_fen: int
    benefit_fen: int
    promised_fen: int | None

    @property
    def net_fen(self):
        return self.benefit_fen - self.cost_fen


def by_month(read: Sequence[dict], costs_fen=None, benefits_fen=None) -> list[Month]:
    """The months read so far, the first one first; the promise of the first month read is that of the first month of use."""

    def promise(number):
        if costs_fen is None:
            return None
        return promised_fen(costs_fen, benefits_fen, number + 1) - promised_fen(
            costs_fen, benefits_fen, number
        )

    return [Month(**row, promised_fen=promise(number)) for number, row in enumerate(read)]


def wan(fen: int | None) -> float | None:
    """Fen in 万 yuan, as a chart draws them."""
    return None if fen is None else round(fen / FEN_PER_WAN, 2)
