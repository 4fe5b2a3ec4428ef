from apps.core.celery_tasks import relay, run_jobs, seal, tick

__all__ = ["relay", "run_jobs", "seal", "tick"]
