from apps.org.actions import (  # noqa: F401
    authority,
    body,
    business_line,
    calendar,
    delegation,
    imports,
    person,
    post,
    recovery,
    request,
    unit,
)
