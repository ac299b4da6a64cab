"""S01, ASVS V7.4.4: whoever is signed in sees the way out on every page."""

from __future__ import annotations

import re

from .conftest import ISE, ORDINARY, OWN, signed_in, staff
from .pages import pages
from .rows import Rows
from .test_permissions import address

WAY_OUT = re.compile(
    r'<form method="post" action="/sign-out/">.*?<button[^>]*>サインアウト</button>', re.DOTALL
)
# Pages of the sign-in itself, on which one is signed in no further than asked again.
BARE = {
    "sign_in:factor": "nobody is signed in yet",
    "sign_in:enrol": "nobody is signed in yet",
}


def test_the_way_out_is_on_every_page(own_rows: Rows) -> None:
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
