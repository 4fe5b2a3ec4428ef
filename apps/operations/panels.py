from django.utils.translation import gettext_lazy as _

from apps.core.search import searchable
from apps.operations.models import Product

searchable(
    Product,
    label=_("Products"),
    capability="product.view",
    text=lambda product: (product.name, f"{product.code} {product.customer}"),
)
