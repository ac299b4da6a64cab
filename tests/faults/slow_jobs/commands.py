"""What the tests ask of an installation, in one process: a JSON list ``[name, argument…]`` a line."""

# ruff: noqa: E402  (models can be imported only once Django is set up)

import json
import sys

import django

django.setup()

from sesshu.jobs import rescue, services
from sesshu.jobs.models import Job
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for

CITY = "242039"


def plan(kind, payload):
    ensure_municipality(CITY)
    with acting_for(CITY):
        return services.plan(kind, by=None, payload=json.loads(payload)).pk


def state(pk):
    with acting_for(CITY):
        return Job.objects.values("state", "done", "total", "attempts", "error", "result").get(pk=pk)


def cancel(pk):
    with acting_for(CITY):
        services.cancel(Job.objects.get(pk=pk), by=None)


def give_back(seconds):
    return rescue.give_back(float(seconds))


if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)
