from django.urls import path

from apps.incentives import views

app_name = "incentives"
urlpatterns = [
    path("points/", views.my_points, name="my_points"),
    path("points/<int:pk>/", views.holder_detail, name="holder_detail"),
    path("points/people/", views.holder_list, name="holder_list"),
    path("points/units/", views.unit_list, name="unit_list"),
    path("points/rules/", views.rule_list, name="rule_list"),
]
