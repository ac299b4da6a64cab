"""The page that nurses check is the pack (requirement H03)."""

from itertools import pairwise
from pathlib import Path

from sesshu.schedule import load_pack
from sesshu.schedule.rules_page import main, page

PAGE = Path(__file__).resolve().parents[4] / "docs" / "rules" / "jp.md"
PACK = load_pack("jp")


def test_h03_the_page_is_up_to_date(tmp_path: Path) -> None:
    written = tmp_path / "jp.md"
    assert main([str(written)]) == 0
    assert PAGE.read_text(encoding="utf-8") == written.read_text(encoding="utf-8"), (
        "run: python -m sesshu.schedule.rules_page docs/rules/jp.md"
    )


def test_h03_every_rule_and_its_articles_stand_on_the_page() -> None:
    text = page(PACK)
    for rule in PACK.rules:
        assert f"`{rule.id}`" in text
        assert rule.article in text


def test_h03_tables_are_whole() -> None:
    lines = page(PACK).splitlines()
    for above, line in pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            assert line.count("|") == above.count("|"), line
