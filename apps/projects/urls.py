from django.urls import path, register_converter

from apps.projects import views
from apps.projects.flow import project_flow


class MoveConverter:
    regex = "|".join(name for name, move in project_flow.moves.items() if not move.by_decision)
    to_python = to_url = staticmethod(str)


register_converter(MoveConverter, "project_move")

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="project_list"),
    path("<int:pk>/", views.project_detail, name="project_detail"),
    path("<int:pk>/sign/", views.project_sign, name="project_sign"),
    path("<int:pk>/gate/<slug:gate>/", views.project_advance, name="project_advance"),
    path("<int:pk>/milestones/<int:milestone>/", views.milestone_meet, name="milestone_meet"),
    path("<int:pk>/<project_move:move>/", views.project_move, name="project_move"),
]
