from apps.org.actions import authority, body, calendar, delegation, person, post, request, unit  # noqa: F401
