"""Nobody gets at another city's rows: pages, API and bare SQL, tried at random (S07, M15; control 17).

The suite tries some thousands; ``SESSHU_PROBES=100000 bin/test tests/access/test_cross_tenant.py`` as many as
one likes. The seed is in the test's name, so that a find can be looked at again.
"""

from __future__ import annotations

import os
import random
import re

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from sesshu.protection.roles import Role
from tests.access import probing
from tests.access.probing import Tally
from tests.inventory.conftest import (  # noqa: F401 - fixtures
    FOREIGN,
    ISE,
    _system,
    _today,
    _two_cities,
    foreign_rows,
    own_rows,
    signed_in,
    staff,
    urlconf,
)
from tests.inventory.pages import Page, each_system, pages
from tests.inventory.rows import Rows
from tests.inventory.test_permissions import address

PROBES = int(os.environ.get("SESSHU_PROBES", "6000"))
BY_PAGE = max(300, PROBES // 20)
NOBODY = 987_654_321
ASKED = ("get", "post", "head", "put", "delete")


@pytest.mark.parametrize("seed", [1])
def test_no_statement_of_the_application_s_role_reaches_another_city(
    own_rows: Rows,  # noqa: F811
    foreign_rows: Rows,  # noqa: F811
    seed: int,
) -> None:
    """S07: by key, by value, by join, with locks, by changing, giving away, copying and by statistics."""
    tally = Tally()
    among = probing.tables(own_rows, foreign_rows)
    probing.by_sql(random.Random(seed), among, PROBES - BY_PAGE, tally)
    assert tally.leaks == []
    assert set(tally.tried) == {f"SQL {kind}" for kind in probing.PROBES}


@each_system
@pytest.mark.parametrize("seed", [1])
def test_no_page_shows_or_changes_another_city_s_row(
    own_rows: Rows,  # noqa: F811
    foreign_rows: Rows,  # noqa: F811
    seed: int,
    urlconf: str,  # noqa: F811
) -> None:
    """S07: any address with any number of the other city, by any role and method: 404, nothing of theirs."""
    chance, tally = random.Random(seed), Tally()
    theirs = re.compile(r"\b(?:" + "|".join(set(probing.marks(foreign_rows))) + r")\b")
    numbers = [FOREIGN, *{row.pk for row in foreign_rows.made.values() if isinstance(row.pk, int)}]
    clients = [signed_in(staff(f"only-{role}", ISE, role)) for role in Role]
    clients.append(signed_in(staff("all", ISE, *Role)))
    with_row = [page for page in pages() if page.has_row]
    for _ in range(BY_PAGE):
        page, method = chance.choice(with_row), chance.choice(ASKED)
        leak = _shown(chance.choice(clients), page, method, chance.choice(numbers), theirs)
        tally.note(f"{method} {page.name}", leak)
    assert tally.leaks == []
    assert tally.total == BY_PAGE


def _shown(client: Client, page: Page, method: str, number: int, theirs: re.Pattern[str]) -> str | None:
    answer = getattr(client, method)(address(page, number))
    content = b"".join(answer) if answer.streaming else answer.content
    if answer.status_code not in (404, 405) and not _asks_for_a_purpose(client, page, method, number, answer):
        return f"{page.name} {number}: {answer.status_code}"
    found = theirs.search(content.decode("utf-8", "replace"))
    return f"{page.name} {number}: shows {found[0]}" if found else None


def _asks_for_a_purpose(client: Client, page: Page, method: str, number: int, answer: HttpResponse) -> bool:
    """Before a purpose is chosen nobody is looked up: a number that nobody has is answered alike."""
    asked = reverse("protection:purpose")
    nobody = getattr(client, method)(address(page, NOBODY))
    places = [each.headers.get("Location", "") for each in (answer, nobody)]
    return places[0].startswith(asked) and places[0].replace(str(number), str(NOBODY)) == places[1]


def test_the_probes_do_find_what_is_open(own_rows: Rows, foreign_rows: Rows) -> None:  # noqa: F811
    """Without this the tests above would pass for probes that ask for nothing."""
    swapped = probing.tables(foreign_rows, own_rows)
    tally = Tally()
    with transaction.atomic():
        probing.by_sql(random.Random(1), swapped, 600, tally)
        transaction.set_rollback(True)
    found = {leak.partition(":")[0] for leak in tally.leaks}
    assert found >= {"SQL select by key", "SQL select by value", "SQL join", "SQL sample", "SQL update"}
