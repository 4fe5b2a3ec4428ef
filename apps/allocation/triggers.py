from apps.allocation.models import Commitment
from apps.core.triggers import append_only

append_only(Commitment)
