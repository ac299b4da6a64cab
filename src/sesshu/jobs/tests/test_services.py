"""A planned job commits or vanishes with the change that planned it."""

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from sesshu.jobs import registry, services
from sesshu.jobs.models import Job, JobState


@pytest.fixture
def nothing_to_do():
    registry.job("test.nothing", title="何もしない")(lambda progress, payload: {})
    yield
    registry._kinds.pop("test.nothing")


def test_planning_queues_the_job(clerk, nothing_to_do):
    job = services.plan("test.nothing", by=clerk, payload={})
    assert ProcrastinateJob.objects.get().args == {"municipality_code": "242039", "job_id": job.pk}


def test_a_rolled_back_plan_leaves_nothing(clerk, nothing_to_do):
    with transaction.atomic():
        services.plan("test.nothing", by=clerk, payload={})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_queued_job_is_cancelled_at_once(clerk, nothing_to_do):
    job = services.plan("test.nothing", by=clerk, payload={})
    services.cancel(job, by=clerk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert job.finished_at is not None


def test_an_unknown_kind_is_refused(clerk):
    with pytest.raises(registry.UnknownKind):
        services.plan("no-such-job", by=clerk, payload={})
