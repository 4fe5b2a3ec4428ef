from apps.org.actions import authority, body, calendar, delegation, imports, person, post, request, unit  # noqa: F401
