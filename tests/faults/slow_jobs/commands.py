"""What the tests ask of an installation, in one process: a JSON list ``[name, argument…]`` a line."""

# ruff: noqa: E402  (models can be imported only once Django is set up)

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from sesshu.jobs import rescue, services
from sesshu.jobs.models import Job
from sesshu.kernel import clock
from sesshu.protection.accounts import selectors
from sesshu.protection.accounts import services as narrowing
from sesshu.protection.models import Account
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

CITY = "242039"


def plan(kind, payload, login=""):
    ensure_municipality(CITY)
    with acting_for(CITY):
        by = Account.objects.get(login=login) if login else None
        return services.plan(kind, by=by, payload=json.loads(payload)).pk


def hire(login, *roles):
    """An account; the cookie of a session of its own."""
    account = open_account(
        login=login, name=login, municipality=ensure_municipality(CITY), roles=roles, password="x" * 16
    )
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def narrow(how, login, by):
    """What ends somebody's rights, as the screen of another does it."""
    with acting_for(CITY):
        account, other = Account.objects.get(login=login), Account.objects.get(login=by)
        today, yesterday = clock.today(), clock.today() - timedelta(days=1)
        {
            "suspension": lambda: narrowing.suspend(account, reason="試験", by=other),
            "transfer": lambda: narrowing.transfer(
                account, on=today, section="税務課", reason="異動", by=other
            ),
            "retirement": lambda: narrowing.retire(account, last_day=yesterday, reason="退職", by=other),
            "withdrawal": lambda: [
                narrowing.withdraw(grant, reason="試験", by=other)
                for grant in account.grants.filter(withdrawn_at__isnull=True)
            ],
        }[how]()


def still_may(login, action):
    return selectors.still_may(Account.objects.get(login=login).pk, action)


def state(pk):
    with acting_for(CITY):
        return Job.objects.values("state", "done", "total", "attempts", "error", "result").get(pk=pk)


def cancel(pk):
    with acting_for(CITY):
        services.cancel(Job.objects.get(pk=pk), by=None)


def give_back(seconds, pk):
    """Whether this job waits in the queue again; jobs of other killed workers may come back with it."""
    rescue.give_back(float(seconds))
    return ProcrastinateJob.objects.filter(args__job_id=int(pk), status="todo").exists()


if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)
