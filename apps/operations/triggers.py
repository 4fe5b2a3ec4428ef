from apps.core.triggers import append_only
from apps.operations.models import Reading

append_only(Reading, allow_update=("in_force",))
