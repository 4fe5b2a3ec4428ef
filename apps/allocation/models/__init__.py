from apps.allocation.models.fund import Fund
from apps.allocation.models.grant import Commitment, Tranche
from apps.allocation.models.scenario import Scenario, ScenarioProject

__all__ = ["Commitment", "Fund", "Scenario", "ScenarioProject", "Tranche"]
