"""Who may use the routes of operations, and what a stranger tries them on."""

from tests.factories import PostFactory, a_product, offered

ACCESS = {
    "operations:product_detail": "product.view",
    "operations:product_edit": "product.view",
    "operations:product_list": "product.view",
    "operations:product_make": "product.view",
    "operations:product_offer": "product.view",
    "operations:reading_enter": "product.view",
    "operations:reading_import": "product.view",
    "operations:reading_list": "product.view",
    "operations:reading_template": "product.view",
    "operations:rollout_list": "product.view",
    "operations:rollout_move": "rollout.decide",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    officer = PostFactory(role="group_lead").user
    product = a_product(officer)
    rollout, _lead = offered(product, officer)
    pk = {"pk": product.pk}
    return {
        "operations:product_detail": pk,
        "operations:product_edit": pk,
        "operations:product_make": {"pk": product.project_id},
        "operations:product_offer": pk,
        "operations:reading_enter": pk,
        "operations:reading_import": pk,
        "operations:reading_list": pk,
        "operations:reading_template": pk,
        "operations:rollout_move": {"pk": rollout.pk, "move": "accept"},
    }
