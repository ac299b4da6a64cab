"""S01, ASVS V7.4.4: whoever is signed in sees the way out on every page."""

from __future__ import annotations

import re

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import each_system, pages
from .rows import Rows
from .test_permissions import address

WAY_OUT = re.compile(
    r'<form method="post" action="/sign-out/">.*?<button[^>]*>サインアウト</button>', re.DOTALL
)
# Pages that whoever is signed in has no need of, and why they show no way out.
BARE = {"sign_in:enrol": "of those who cannot sign in yet"}


@each_system
def test_the_way_out_is_on_every_page(own_rows: Rows, urlconf: str) -> None:
    client = signed_in(staff("all", ISE, *ORDINARY))
    seen, without = 0, set()
    for page in pages():
        answer = client.get(address(page, OWN))
        html = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
        text = answer.content.decode() if html else ""
        if "</html>" not in text or answer.status_code >= 400:
            continue
        seen += 1
        if not WAY_OUT.search(text):
            without.add(page.name)
    assert seen > 60
    assert without == set(BARE)
