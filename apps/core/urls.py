from django.urls import path

from apps.core.views import notices, talk

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
    path("files/<int:pk>/", talk.attachment_file, name="attachment_file"),
]
