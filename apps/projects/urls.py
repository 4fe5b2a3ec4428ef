from django.urls import path, register_converter

from apps.projects.views import detail, estimates, lists, processes, proposal


class MoveConverter:
    regex = "|".join(detail.MOVES)
    to_python = to_url = staticmethod(str)


register_converter(MoveConverter, "project_move")

app_name = "projects"
urlpatterns = [
    path("", lists.project_list, name="project_list"),
    path("board/", lists.project_board, name="project_board"),
    path("people/", lists.person_options, name="person_options"),
    path("stages/options/", lists.stage_options, name="stage_options"),
    path("processes/", processes.process_list, name="process_list"),
    path("processes/<int:pk>/", processes.process_detail, name="process_detail"),
    path("propose/", proposal.project_propose, name="project_propose"),
    path("<int:pk>/", detail.project_detail, name="project_detail"),
    path("<int:pk>/edit/", proposal.project_edit, name="project_edit"),
    path("<int:pk>/plan/", proposal.plan_edit, name="plan_edit"),
    path("<int:pk>/team/", proposal.team_edit, name="team_edit"),
    path("<int:pk>/estimate/", estimates.estimate_edit, name="estimate_edit"),
    path("<int:pk>/estimates/", estimates.estimate_list, name="estimate_list"),
    path("<int:pk>/sign/", detail.project_sign, name="project_sign"),
    path("<int:pk>/hold/", detail.project_hold, name="project_hold"),
    path("<int:pk>/gate/<slug:gate>/", detail.project_advance, name="project_advance"),
    path("<int:pk>/requirements/<slug:kind>/waive/", detail.requirement_waive, name="requirement_waive"),
    path("<int:pk>/milestones/<int:milestone>/", detail.milestone_meet, name="milestone_meet"),
    path("<int:pk>/<project_move:move>/", detail.project_move, name="project_move"),
]
