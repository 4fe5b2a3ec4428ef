"""One file an app: ACCESS, route → who may use it, and somebody_elses(), the arguments a stranger tries."""

from importlib import import_module

from django.apps import apps

MODULES = [
    import_module(f"tests.fence.{config.label}")
    for config in apps.get_app_configs()
    if config.name.startswith("apps.")
]
ACCESS = {name: access for module in MODULES for name, access in module.ACCESS.items()}


def somebody_elses() -> dict[str, dict]:
    return {name: kwargs for module in MODULES for name, kwargs in module.somebody_elses().items()}
