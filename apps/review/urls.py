from django.urls import path

from apps.review.views import consultations, forums, reviews, rounds

app_name = "review"
urlpatterns = [
    path("consultations/", consultations.consultation_list, name="consultation_list"),
    path("consultations/<int:pk>/", consultations.consultation_detail, name="consultation_detail"),
    path("consultations/<int:pk>/give/", consultations.consultation_give, name="consultation_give"),
    path("consultations/<int:pk>/answer/", consultations.consultation_answer, name="consultation_answer"),
    path("rounds/", rounds.round_list, name="round_list"),
    path("rounds/new/", rounds.round_open, name="round_open"),
    path("rounds/<int:pk>/", rounds.round_detail, name="round_detail"),
    path("rounds/<int:pk>/move/<slug:move>/", rounds.round_move, name="round_move"),
    path("topics/<int:pk>/assign/", rounds.topic_assign, name="topic_assign"),
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review_detail"),
    path("reviews/<int:pk>/declare/", reviews.review_declare, name="review_declare"),
    path("reviews/<int:pk>/score/", reviews.review_score, name="review_score"),
    path("forums/", forums.forum_list, name="forum_list"),
    path("forums/new/", forums.forum_set_up, name="forum_set_up"),
    path("forums/<int:pk>/", forums.forum_detail, name="forum_detail"),
    path("forums/<int:pk>/edit/", forums.forum_edit, name="forum_edit"),
]
