"""Jobs whose worker was killed: the queue does not give them back by itself."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app
from procrastinate.utils import utcnow

SILENCE = 60.0  # seconds without a sign of life after which a worker counts as dead


@app.periodic(cron="* * * * *")
@app.task(name="sesshu.jobs.rescue", queueing_lock="rescue")
def rescue(timestamp: int) -> None:
    """Once a minute, put the jobs of dead workers back in the queue."""
    give_back(SILENCE)


def give_back(silence: float) -> int:
    """Put the jobs of workers silent for ``silence`` seconds back in the queue; how many these were."""
    manager = app.job_manager
    stalled = list(async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=silence))
    numbers = [job.id for job in stalled if job.id is not None]
    for number in numbers:
        manager.retry_job_by_id(job_id=number, retry_at=utcnow())
    return len(numbers)
