from apps.core.panels import panel
from apps.desk.lineage import ROUTES


def lineage(user, thing):
    """Where the thing comes from and what came of it; loaded when the page is there, so that the page waits for nothing."""
    return "desk/panel_lineage.html", {"kind": thing._meta.model_name, "thing": thing}


for model in ROUTES.values():
    panel(model._meta.label_lower, order=90)(lineage)
