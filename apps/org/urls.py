from django.urls import path

from apps.org.views import bank, calendar, imports, people, requests, units

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
    path("calendar/", calendar.calendar_month, name="calendar_month"),
    path("calendar/day/", calendar.day_edit, name="day_edit"),
    path("calendar/day/clear/", calendar.day_clear, name="day_clear"),
    path("calendar/load/", calendar.calendar_load, name="calendar_load"),
    path("parameters/", bank.parameter_list, name="parameter_list"),
    path("parameters/new/", bank.parameter_set, name="parameter_set"),
    path("parameters/<int:pk>/drop/", bank.parameter_drop, name="parameter_drop"),
    path("authority/", bank.authority_list, name="authority_list"),
    path("authority/new/", bank.authority_ask, name="authority_ask"),
    path("authority/<int:pk>/end/", bank.authority_end, name="authority_end"),
    path("lines/", bank.businessline_list, name="businessline_list"),
    path("lines/new/", bank.businessline_add, name="businessline_add"),
    path("lines/<int:pk>/", bank.businessline_edit, name="businessline_edit"),
    path("lines/<int:pk>/<slug:where>/", bank.businessline_move, name="businessline_move"),
]
