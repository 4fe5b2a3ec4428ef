from apps.core.triggers import append_only
from apps.review.models import Recusal, Vote

append_only(Vote)
append_only(Recusal)
