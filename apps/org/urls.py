from django.urls import path

from apps.org.views import imports, people, requests, units

app_name = "org"
urlpatterns = [
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("requests/", requests.request_list, name="request_list"),
    path("requests/count/", requests.request_count, name="request_count"),
    path("requests/<int:pk>/", requests.request_detail, name="request_detail"),
    path("requests/<int:pk>/move/<slug:move>/", requests.request_move, name="request_move"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/template/", imports.import_template, name="import_template"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/check/", imports.import_check, name="import_check"),
    path("imports/<int:pk>/move/<slug:move>/", imports.import_move, name="import_move"),
]
