from django.urls import path

from apps.review.views import consultations, forums

app_name = "review"
urlpatterns = [
    path("consultations/", consultations.consultation_list, name="consultation_list"),
    path("consultations/<int:pk>/", consultations.consultation_detail, name="consultation_detail"),
    path("consultations/<int:pk>/give/", consultations.consultation_give, name="consultation_give"),
    path("consultations/<int:pk>/answer/", consultations.consultation_answer, name="consultation_answer"),
    path("forums/", forums.forum_list, name="forum_list"),
    path("forums/new/", forums.forum_set_up, name="forum_set_up"),
    path("forums/<int:pk>/", forums.forum_detail, name="forum_detail"),
    path("forums/<int:pk>/edit/", forums.forum_edit, name="forum_edit"),
]
