"""The screens of figures and lists, as staff use them (H03, H04, H06, H09)."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.config import cli
from sesshu.health.reporting import coverage, files, freshness, jobs, list_views
from sesshu.health.reporting.recount import recount
from sesshu.jobs.models import Job
from sesshu.jobs.registry import Silent
from sesshu.kernel.masking import HIDDEN
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

from .conftest import SECRETS, MakeDose, MakePerson

LINK = re.compile(r'href="(/reporting/lists/(?:doses|residents)/\?[^"]+)"[^>]*>([\d,]+)<')


@pytest.fixture(autouse=True)
def _judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up verdicts stand: they are what these screens are asked about."""
    monkeypatch.setattr(freshness, "waiting_doses", lambda **_: 0)
    monkeypatch.setattr(freshness, "waiting_persons", lambda **_: 0)
    monkeypatch.setattr(freshness, "bring_up_to_date", lambda *_: None)


@pytest.fixture
def client(clerk: Account) -> Client:
    signed_in = Client()
    signed_in.force_login(clerk)
    return signed_in


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def listed(client: Client, address: str) -> int:
    """How many rows the page of a number's persons says it has."""
    page = text(client.get(address.replace("&amp;", "&")))  # type: ignore[arg-type]
    found = re.search(r'<span class="strong">([\d,]+)件</span>', page)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize(
    "address",
    [
        "/reporting/?year=2025",
        "/reporting/detail/?year=2026&measure=mr:1期",
        "/reporting/community-health/?year=2025",
        "/reporting/pivot/?start=2025-04-01&end=2026-03-31&row=district&column=provider&law=",
    ],
)
def test_h04_h09_each_number_on_a_screen_opens_a_page_of_as_many_rows(
    city: random.Random, client: Client, address: str
) -> None:
    links = LINK.findall(text(client.get(address)))  # type: ignore[arg-type]
    shown = [(where, int(number.replace(",", ""))) for where, number in links]
    assert sum(number for _, number in shown) > 0
    for where, number in random.Random(3).sample(shown, min(12, len(shown))):
        assert listed(client, where) == number, where


def test_h04_who_may_see_figures_only_gets_no_way_to_persons(city: random.Random, ise: object) -> None:
    statistics = open_account(
        login="figures",
        name="統計",
        municipality=ise,
        roles=[Role.STATISTICS],
        password="x" * 16,  # type: ignore[arg-type]
    )
    client = Client()
    client.force_login(statistics)
    for address in ("/reporting/?year=2025", "/reporting/pivot/", "/reporting/community-health/?year=2025"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "/reporting/lists/" not in text(answer)  # type: ignore[arg-type]
    assert client.get("/reporting/lists/doses/?from=2025-04-01&to=2026-03-31").status_code == 404


def test_h04_the_page_says_what_is_counted(city: random.Random, client: Client) -> None:
    page = text(client.get("/reporting/"))  # type: ignore[arg-type]
    for words in ("実施者数", "対象者数", "100%を超えることがあります", "年齢計算ニ関スル法律"):
        assert words in page


def test_h04_too_many_columns_are_refused_with_a_remedy(
    city: random.Random, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sesshu.health.reporting.pivoting.MOST_COLUMNS", 3)
    page = text(client.get("/reporting/pivot/?start=2025-04-01&end=2026-03-31&row=sex&column=age"))  # type: ignore[arg-type]
    assert "を行に選ぶか、条件を絞ってください" in page


def test_h03_a_page_masks_and_logs_those_it_shows(
    protected: Addressee, dose: MakeDose, client: Client
) -> None:
    dose(protected)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    page = text(client.get("/reporting/lists/doses/?from=2026-04-01&to=2027-03-31&law=1"))  # type: ignore[arg-type]
    assert "守秘 花子" in page
    assert not [secret for secret in SECRETS if secret in page]
    event = AuditEvent.objects.exclude(pk__in=before).get()
    assert (event.action, event.subjects) == ("doses.show", [protected.pk])


def test_h06_a_protected_person_stands_on_the_list_without_a_dwelling(
    protected: Addressee, client: Client
) -> None:
    from .test_lists import due

    due(protected)
    page = text(client.get("/reporting/lists/?programme=mr&on=2026-11-22"))  # type: ignore[arg-type]
    assert HIDDEN in page
    assert not [secret for secret in SECRETS if secret in page]


def test_h03_a_small_list_comes_at_once_and_a_large_one_by_a_job(
    city: random.Random, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings,
    django_capture_on_commit_callbacks,
) -> None:  # type: ignore[no-untyped-def]  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    asked = {"address": "start=2025-04-01&end=2026-03-31"}
    answer = client.post("/reporting/lists/roster/export/", asked)
    assert answer.content[:4] == b"%PDF"
    assert answer.headers["Content-Disposition"].startswith("inline")
    monkeypatch.setattr(list_views, "AT_ONCE", 10)
    answer = client.post("/reporting/lists/roster/export/", asked)
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            result = jobs.export(Silent(), job.payload)
    content = b"".join(client.get(result["url"]).streaming_content)  # type: ignore[arg-type]
    assert content[:4] == b"%PDF"
    assert result["rows"] > 100
    assert len(list(files.path_of(job.payload["file"]).parent.iterdir())) == 1


def test_h03_another_city_does_not_get_the_file(
    ise: object, client: Client, tmp_path: Path, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    name = files.new_name("pdf")
    with acting_for(ensure_municipality("192015").code):
        files.path_of(name).write_text("甲府市")
    assert client.get(f"/reporting/lists/files/{name}").status_code == 404
    assert client.get("/reporting/lists/files/..%2f..%2fsecret.pdf").status_code == 404


def test_h09_a_report_is_kept_from_the_screen_and_compared(
    person: MakePerson, dose: MakeDose, client: Client
) -> None:
    dose(person())
    answer = client.post("/reporting/community-health/keep/", {"year": "2026", "note": "県へ提出"})
    dose(person(), label="2期")
    page = text(client.get(answer.headers["Location"]))  # type: ignore[arg-type]
    assert "第1版を" not in page
    assert "第1版との比較" in page
    assert "県へ提出" in page
    assert re.search(
        r"2期</td><td class=\"number\">0</td><td class=\"number\">1</td><td class=\"number\">\+1", page
    )


def test_h04_h09_another_city_s_doses_are_counted_nowhere(person: MakePerson, dose: MakeDose) -> None:
    dose(person())
    with acting_for(ensure_municipality("192015").code):
        dose(person(number="K1"))
        assert recount(2026).total == 1
    assert recount(2026).total == 1
    assert coverage.overview(2026).count(True) == 1


def test_the_command_line_writes_lists_and_reports(
    city: random.Random, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:  # type: ignore[no-untyped-def]  # fmt: skip
    """H03, H06, H09 without a screen."""
    monkeypatch.setattr(cli, "_prepare_database", lambda *given: None)

    def run(*words: str) -> tuple[int, dict[str, object]]:
        with django_capture_on_commit_callbacks(execute=True):
            status = cli.main([*words, "--municipality", "242039", "--json"])
        return status, json.loads(capsys.readouterr().out)

    out = tmp_path / "名簿.csv"
    status, said = run("roster", "--fiscal-year", "2025", "--programme", "mr", "--out", str(out))
    assert (status, said["file"]) == (0, str(out))
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == int(str(said["rows"])) + 1
    status, said = run(
        "unvaccinated", "--programme", "mr", "--on", "R8.11.22", "--out", str(tmp_path / "u.xlsx")
    )
    assert (status, said["rows"]) == (0, 0)
    status, said = run("report", "community-health", "--fiscal-year", "2025")
    assert said["total"] == sum(row["count"] for row in said["rows"]) + said["unplaced"]["count"]  # type: ignore[attr-defined,index]
    for words in (
        ("roster", "--on", "2026-01-01", "--out", str(tmp_path / "x.doc")),
        ("roster", "--out", str(tmp_path / "x.csv")),
        ("roster", "--on", "2026-01-01", "--programme", "zz", "--out", str(tmp_path / "x.csv")),
        ("roster", "--from", "2026-02-01", "--to", "2026-01-01", "--out", str(tmp_path / "x.csv")),
        ("report", "community-health", "--fiscal-year", "26"),
    ):
        status, said = run(*words)
        assert status == 2, words
        assert said["error"]
