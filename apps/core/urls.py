from django.urls import path

from apps.core.views import notices, operators, profile, saved_views, talk

app_name = "core"
urlpatterns = [
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/read/", notices.notice_read_all, name="notice_read_all"),
    path("notices/count/", notices.notice_count, name="notice_count"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice_open"),
    path("notices/<int:pk>/read/", notices.notice_read, name="notice_read"),
    path("following/", notices.follow_list, name="follow_list"),
    path("things/<str:kind>/<int:pk>/follow/", talk.thing_follow, name="thing_follow"),
    path("things/<str:kind>/<int:pk>/unfollow/", talk.thing_unfollow, name="thing_unfollow"),
    path("things/<str:kind>/<int:pk>/comments/", talk.comment_add, name="comment_add"),
    path("things/<str:kind>/<int:pk>/files/", talk.attachment_add, name="attachment_add"),
    path("comments/<int:pk>/withdraw/", talk.comment_withdraw, name="comment_withdraw"),
    path("jobs/", operators.job_list, name="job_list"),
    path("jobs/count/", operators.job_count, name="job_count"),
    path("jobs/rerun/", operators.job_rerun_all, name="job_rerun_all"),
    path("jobs/<int:pk>/", operators.job_detail, name="job_detail"),
    path("jobs/<int:pk>/rerun/", operators.job_rerun, name="job_rerun"),
    path("journal/", operators.entry_list, name="entry_list"),
    path("profile/", profile.profile, name="profile"),
    path("help/", profile.help, name="help"),
    path("views/", saved_views.saved_view_list, name="saved_view_list"),
    path("views/save/", saved_views.saved_view_save, name="saved_view_save"),
    path("views/<int:pk>/remove/", saved_views.saved_view_remove, name="saved_view_remove"),
    path("files/<int:pk>/remove/", talk.attachment_remove, name="attachment_remove"),
    path("files/<int:pk>/", talk.attachment_file, name="attachment_file"),
]
