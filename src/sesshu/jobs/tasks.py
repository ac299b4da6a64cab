"""The one queue task: run the job whose row it is given."""

from __future__ import annotations

import logging
from typing import Any

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sesshu.jobs import registry
from sesshu.jobs.models import Job, JobState
from sesshu.jobs.progress import JobProgress
from sesshu.jobs.watching import watch_of
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.purposes import acting_with
from sesshu.protection.tenancy import acting_for

logger = logging.getLogger(__name__)
ATTEMPTS = 3


@app.task(name="sesshu.jobs.run_job", retry=RetryStrategy(max_attempts=ATTEMPTS, wait=5))
def run_job(municipality_code: str, job_id: int) -> None:
    """Run one job. A ``ValueError`` is an answer to the user; any other error is tried again a few times."""
    close_old_connections()
    job = _begin(municipality_code, job_id)
    if job is None:
        return
    try:
        result = _work(municipality_code, job)
    except registry.Cancelled:
        _end(municipality_code, job_id, JobState.CANCELLED)
    except registry.Revoked:
        _end(municipality_code, job_id, JobState.REVOKED)
    except ValueError as refusal:
        # What the input cannot give, it will not give the next time either.
        _end(municipality_code, job_id, JobState.FAILED, error=str(refusal))
    except Exception as error:
        # The text of an error may quote a row's values, so only its kind goes to the log.
        logger.error("job %s failed: %s", job_id, type(error).__name__)
        state = JobState.FAILED if job.attempts >= ATTEMPTS else JobState.QUEUED
        _end(
            municipality_code, job_id, state, error=f"処理中にエラーが起きました（{type(error).__name__}）。"
        )
        raise
    else:
        _end(municipality_code, job_id, JobState.DONE, result=result)


def _work(municipality_code: str, job: Job) -> dict[str, Any]:
    with (
        acting_with(job.purpose),
        JobProgress(municipality_code, job.pk, watch_of(job)) as progress,
    ):
        progress.check()
        result = registry.kind(job.kind).function(progress, job.payload)
    return result


def _begin(municipality_code: str, job_id: int) -> Job | None:
    with acting_for(municipality_code):
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.is_over:
            return None
        job.state, job.started_at = JobState.RUNNING, clock.now()
        job.attempts += 1
        job.save()
    return job


def _end(
    municipality_code: str,
    job_id: int,
    state: JobState,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
) -> None:
    with acting_for(municipality_code):
        job = Job.objects.select_for_update().get(pk=job_id)
        job.state, job.error = state, error
        if result is not None:
            job.result, job.done = result, job.total
        if job.is_over:
            job.finished_at = clock.now()
        job.save()
        audit.record(f"job.{state}", by=job.planned_by, count=0, detail={"job": job_id, "kind": job.kind})
