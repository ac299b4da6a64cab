"""The glossary holds every word that the house has agreed on, each with what a newcomer needs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
GLOSSARY = ROOT / "docs" / "glossary.md"
AGREED = ROOT.parent / "shared" / "design" / "architecture.md"
WORDS_OF_THE_ISSUE = (
    "予診のみ", "未接種理由", "支援措置", "宛名番号", "期", "回", "標準的な接種期間", "住登外者", "不詳",
    "異動番号", "就学の始期", "年度", "みなし", "取込", "接種名簿", "5情報", "公費実施", "市町外接種",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not GLOSSARY.is_file(), reason="the documents are not beside the package")


def _rows() -> list[list[str]]:
    lines = GLOSSARY.read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row[0] not in ("日本語", "---")]


def _words() -> set[str]:
    return {word for row in _rows() for word in _split(row[0])}


def _split(text: str) -> list[str]:
    """`定期（A類, B類）` holds the words 定期, A類 and B類."""
    return [word.strip() for word in re.split(r"[,、（）()]", text) if word.strip()]


def test_every_word_has_reading_code_meaning_and_source() -> None:
    for row in _rows():
        assert len(row) == 5, row
        assert all(row), row
        assert re.fullmatch(r"[ぁ-ゖァ-ヺー・（）, ]+", row[1]), row


@pytest.mark.parametrize("word", WORDS_OF_THE_ISSUE)
def test_the_words_of_this_work_are_there(word: str) -> None:
    assert word in _words()


@pytest.mark.skipif(not AGREED.is_file(), reason="the shared design is not here")
def test_the_words_of_the_architecture_are_there() -> None:
    section = AGREED.read_text("utf-8").partition("## 5 · Words")[2]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    agreed = {word for cells in lines[2:] for place in (0, 2) for word in _split(cells[place])}
    assert agreed <= _words()
