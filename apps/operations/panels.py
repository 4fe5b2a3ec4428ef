from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.panels import panel
from apps.core.search import searchable
from apps.core.talk import discussed
from apps.operations import rules
from apps.operations.models import Product, Rollout
from apps.org.unsettled import unsettled

searchable(
    Product,
    label=_("Products"),
    capability="product.view",
    text=lambda product: (product.name, f"{product.code} {product.customer} {product.summary}"),
)
discussed(Product)
SHOWN = 6  # lines of a panel on the desk


unsettled(
    "operations.product",
    label=_("Products"),
    advice=_("Retire the products first."),
    open=lambda unit: (
        Product.objects.unscoped("whether a unit can be closed")
        .filter(unit=unit)
        .exclude(state=Product.State.RETIRED)
    ),
    passes_on=True,
)
unsettled(
    "operations.rollout",
    label=_("Roll-outs"),
    advice=_("Answer what is offered to the unit first."),
    open=lambda unit: Rollout.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state=Rollout.State.OFFERED
    ),
    passes_on=True,
)


@panel("projects.project", order=60, may="product.view")
def product_of(user, project):
    """What became of the project, or the button that makes a product of it."""
    product = Product.objects.visible_to(user).filter(project=project).for_list(user).first()
    if product is None and not rules.may_make_product(user, project):
        return None
    return "operations/panel_product.html", {"product": product, "project": project}


@panel("desk.home", order=30, may="rollout.decide")
def offered_to_me(user, thing):
    """Products offered to the branches this person answers for, the most urgent first."""
    rows = Rollout.objects.all().waiting_on(user).select_related("product", "unit")
    offers = list(rows.order_by("due_on", "pk")[:SHOWN])
    return ("operations/panel_offers.html", {"offers": offers}) if offers else None


@panel("desk.home", order=35, may="reading.enter")
def readings_due(user, thing):
    """Last month's readings that this person may enter and that are not there yet."""
    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    owing = list(Product.objects.all().owing(user, month).order_by("name", "unit__name")[:SHOWN])
    return ("operations/panel_readings_due.html", {"owing": owing, "month": month}) if owing else None
