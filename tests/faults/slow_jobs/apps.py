from django.apps import AppConfig


class SlowJobsConfig(AppConfig):
    name = "tests.faults.slow_jobs"
    label = "slow_jobs"
