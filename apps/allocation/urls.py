from django.urls import path

from apps.allocation.views import funds, scenarios, tranches

app_name = "allocation"
urlpatterns = [
    path("funds/", funds.fund_list, name="fund_list"),
    path("funds/open/", funds.fund_open, name="fund_open"),
    path("funds/<int:pk>/", funds.fund_detail, name="fund_detail"),
    path("funds/<int:pk>/raise/", funds.fund_raise, name="fund_raise"),
    path("funds/<int:pk>/scenario/", scenarios.scenario_make, name="scenario_make"),
    path("scenarios/", scenarios.scenario_list, name="scenario_list"),
    path("scenarios/compare/", scenarios.scenario_compare, name="scenario_compare"),
    path("scenarios/<int:pk>/", scenarios.scenario_detail, name="scenario_detail"),
    path("scenarios/<int:pk>/solve/", scenarios.scenario_solve, name="scenario_solve"),
    path("scenarios/<int:pk>/progress/", scenarios.scenario_progress, name="scenario_progress"),
    path("scenarios/<int:pk>/request/", scenarios.scenario_request, name="scenario_request"),
    path("tranches/", tranches.tranche_list, name="tranche_list"),
    path("tranches/<int:pk>/request/", tranches.tranche_request, name="tranche_request"),
]
