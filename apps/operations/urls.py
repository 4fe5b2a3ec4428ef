from django.urls import path, register_converter

from apps.operations.flow import rollout_flow
from apps.operations.views import products, readings, rollouts


class MoveConverter:
    regex = "|".join(rollout_flow.moves)
    to_python = to_url = staticmethod(str)


register_converter(MoveConverter, "rollout_move")

app_name = "operations"
urlpatterns = [
    path("products/", products.product_list, name="product_list"),
    path("products/make/<int:pk>/", products.product_make, name="product_make"),  # of the project
    path("products/<int:pk>/", products.product_detail, name="product_detail"),
    path("products/<int:pk>/edit/", products.product_edit, name="product_edit"),
    path("products/<int:pk>/offer/", products.product_offer, name="product_offer"),
    path("products/<int:pk>/readings/", readings.reading_list, name="reading_list"),
    path("products/<int:pk>/readings/enter/", readings.reading_enter, name="reading_enter"),
    path("products/<int:pk>/readings/import/", readings.reading_import, name="reading_import"),
    path("products/<int:pk>/readings/template/", readings.reading_template, name="reading_template"),
    path("rollouts/", rollouts.rollout_list, name="rollout_list"),
    path("rollouts/<int:pk>/<rollout_move:move>/", rollouts.rollout_move, name="rollout_move"),
]
