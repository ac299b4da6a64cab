"""Plan, cancel and retry jobs."""

from __future__ import annotations

from typing import Any

from sesshu.jobs import registry
from sesshu.jobs.models import Job, JobState
from sesshu.jobs.tasks import run_job
from sesshu.kernel import clock
from sesshu.protection import audit, purposes
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current


def plan(
    kind: str, *, by: Account | None, payload: dict[str, Any], title: str = "", programme: str = ""
) -> Job:
    """Plan a job in the current transaction; it commits or vanishes with it.

    :param programme: the one programme it is about, where who plans it may be limited to some.
    :raises registry.UnknownKind: when no room registered ``kind``.
    """
    job = Job.objects.create(
        kind=kind,
        title=title or registry.kind(kind).title,
        payload=payload,
        planned_by=by,
        programme=programme,
        purpose=purposes.current(),
        planned_at=clock.now(),
    )
    run_job.defer(municipality_code=current(), job_id=job.pk)
    audit.record("job.plan", by=by, count=0, detail={"job": job.pk, "kind": kind})
    return job


def cancel(job: Job, *, by: Account | None) -> None:
    """Ask a job to stop; one that has not begun is cancelled at once."""
    begun = Job.objects.select_for_update().get(pk=job.pk)
    if begun.is_over:
        return
    begun.cancel_requested = True
    if begun.state == JobState.QUEUED:
        begun.state, begun.finished_at = JobState.CANCELLED, clock.now()
    begun.save()
    audit.record("job.cancel", by=by, count=0, detail={"job": job.pk})


def retry(job: Job, *, by: Account | None) -> Job:
    """Plan the same work again."""
    return plan(job.kind, by=by, payload=job.payload, title=job.title, programme=job.programme)
