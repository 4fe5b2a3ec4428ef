"""One file an app: ACCESS, route → who may use it, and somebody_elses(), the arguments a stranger tries.

OPEN, where an app has it, names the routes about things that are nobody's: whoever may use them sees all of these.
"""

from importlib import import_module

from django.apps import apps

MODULES = [
    import_module(f"tests.fence.{config.label}")
    for config in apps.get_app_configs()
    if config.name.startswith("apps.")
]
ACCESS = {name: access for module in MODULES for name, access in module.ACCESS.items()}
OPEN = {name for module in MODULES for name in getattr(module, "OPEN", ())}


def somebody_elses() -> dict[str, dict]:
    return {name: kwargs for module in MODULES for name, kwargs in module.somebody_elses().items()}
