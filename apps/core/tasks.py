from apps.core.celery_tasks import relay, run_jobs, seal, tick
from apps.core.notices import tell_followers

__all__ = ["relay", "run_jobs", "seal", "tell_followers", "tick"]
