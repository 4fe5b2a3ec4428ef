from apps.allocation.actions.funds import open_fund, request_budget, request_funds, request_tranche
from apps.allocation.actions.scenario import candidates, finish_solve, make_scenario, start_solve

__all__ = [
    "candidates",
    "finish_solve",
    "make_scenario",
    "open_fund",
    "request_budget",
    "request_funds",
    "request_tranche",
    "start_solve",
]
