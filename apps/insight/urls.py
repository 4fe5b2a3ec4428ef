from django.urls import path

from apps.insight.views import items, opportunities, reports

app_name = "insight"
urlpatterns = [
    path("items/", items.item_list, name="item_list"),
    path("items/import/", items.item_import, name="item_import"),
    path("items/import/<int:pk>/", items.item_choose, name="item_choose"),
    path("items/<int:pk>/", items.item_detail, name="item_detail"),
    path("items/<int:pk>/edit/", items.item_edit, name="item_edit"),
    path("items/<int:pk>/move/<slug:move>/", items.item_move, name="item_move"),
    path("items/<int:pk>/follow-up/", opportunities.followup_open, name="followup_open"),
    path("reports/", reports.issue_list, name="issue_list"),
    path("reports/new/", reports.report_start, name="report_start"),
    path("reports/<int:pk>/open/", reports.issue_open, name="issue_open"),
    path("issues/<int:pk>/", reports.issue_detail, name="issue_detail"),
    path("issues/<int:pk>/edit/", reports.issue_edit, name="issue_edit"),
    path("issues/<int:pk>/pull/", reports.issue_pull, name="issue_pull"),
    path("issues/<int:pk>/audience/", reports.issue_audience, name="issue_audience"),
    path("issues/<int:pk>/readers/", reports.issue_readers, name="issue_readers"),
    path("issues/<int:pk>/move/<slug:move>/", reports.issue_move, name="issue_move"),
    path("issues/<int:pk>/lines/<int:line>/", reports.line_edit, name="line_edit"),
    path("issues/<int:pk>/lines/<int:line>/<slug:where>/", reports.line_move, name="line_move"),
    path(
        "issues/<int:pk>/lines/<int:line>/item/follow-up/",
        opportunities.line_follow_up,
        name="line_follow_up",
    ),
    path("follow-ups/", opportunities.followup_list, name="followup_list"),
    path("follow-ups/<int:pk>/", opportunities.followup_detail, name="followup_detail"),
    path("follow-ups/<int:pk>/move/<slug:move>/", opportunities.followup_move, name="followup_move"),
    path("opportunities/", opportunities.opportunity_list, name="opportunity_list"),
    path("opportunities/new/", opportunities.opportunity_file, name="opportunity_file"),
    path("opportunities/<int:pk>/", opportunities.opportunity_detail, name="opportunity_detail"),
    path("opportunities/<int:pk>/edit/", opportunities.opportunity_edit, name="opportunity_edit"),
    path("opportunities/<int:pk>/conclude/", opportunities.opportunity_conclude, name="opportunity_conclude"),
    path("opportunities/<int:pk>/move/<slug:move>/", opportunities.opportunity_move, name="opportunity_move"),
]
