"""Jobs whose worker was killed: the queue does not give them back by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext


@app.periodic(cron="* * * * *")
@app.task(name="sesshu.jobs.rescue", queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Once a minute, put the jobs of workers that no longer give a sign of life back in the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=60):
        await manager.retry_job(job)
