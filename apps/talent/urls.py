from django.urls import path

from apps.talent import views

app_name = "talent"
urlpatterns = [
    path("profiles/", views.profile_list, name="profile_list"),
    path("profiles/mine/", views.my_profile, name="my_profile"),
    path("profiles/open/", views.profile_open, name="profile_open"),
    path("profiles/<int:pk>/", views.profile_detail, name="profile_detail"),
    path("profiles/<int:pk>/edit/", views.profile_edit, name="profile_edit"),
]
