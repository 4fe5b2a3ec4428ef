from django.urls import path, register_converter

from apps.desk import views
from apps.desk.lineage import ROUTES


class KindConverter:
    regex = "|".join(ROUTES)

    def to_python(self, value):
        return value

    to_url = to_python


register_converter(KindConverter, "lineage_kind")

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("figures/", views.figures, name="figures"),
    path("search/", views.search_results, name="search_results"),
    path("lineage/<lineage_kind:kind>/<int:pk>/", views.lineage, name="lineage"),
]
