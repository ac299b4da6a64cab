"""Match: what becomes of each staged row, decided in one query for all rows of a turn.

The 宛名番号 alone identifies; nothing is matched by kana or birth, so twins, and a child with a parent's
kana, stay who they are. A row that carries a known number but another name, birth and sex is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from sesshu.addressees.choices import Kind, Status
from sesshu.addressees.states import FIELDS
from sesshu.kernel.cells import CellError
from sesshu.protection.tenancy import current

CREATE, UPDATE, SAME, LATE = "create", "update", "same", "late"
KNOWN, SEEN, OTHER, TAKEN = "known", "seen", "other", "taken"

# A blank in the feed does not take away what staff wrote down or an earlier file told.
_KEPT_WHEN_BLANK = ("telephone", "former_municipality_code")


def new_value(field: str) -> str:
    """SQL of what a field becomes, `f` being the staged row and `a` the addressee known."""
    if field in _KEPT_WHEN_BLANK:
        return f"COALESCE(NULLIF(f.{field}, ''), a.{field})"
    return f"f.{field}"


_DIFFERS = " OR ".join(f"a.{field} IS DISTINCT FROM {new_value(field)}" for field in FIELDS)
_ANOTHER_PERSON = """
    a.name <> f.name AND (a.name_kana <> f.name_kana OR f.name_kana = '')
    AND a.birth_date IS DISTINCT FROM f.birth_date AND a.sex <> f.sex
"""
_REMEASURED = """
    CASE
        WHEN f.measure_from IS NOT NULL THEN NOT EXISTS (
            SELECT 1 FROM addressees_protectivemeasure m
            WHERE m.addressee_id = a.id AND m.starts_on = f.measure_from
            AND m.ends_on IS NOT DISTINCT FROM f.measure_to)
        WHEN f.measured THEN NOT EXISTS (
            SELECT 1 FROM addressees_protectivemeasure m
            WHERE m.addressee_id = a.id AND (m.ends_on IS NULL OR m.ends_on >= f.effective_on))
        ELSE false
    END
"""
_FATES = f"""
    INSERT INTO pg_temp.resident_fate (row_number, addressee_id, fate, remeasured)
    SELECT matched.row_number, COALESCE(matched.id, nextval('addressees_addressee_id_seq')),
        CASE WHEN fate = '{SAME}' AND remeasured THEN '{UPDATE}' ELSE fate END, remeasured
    FROM (
        SELECT f.row_number, a.id, {_REMEASURED} AS remeasured,
            CASE
                {{known}}
                WHEN a.id IS NULL THEN '{CREATE}'
                WHEN {_ANOTHER_PERSON} THEN '{OTHER}'
                {{late}}
                WHEN {_DIFFERS} THEN '{UPDATE}'
                ELSE '{SAME}'
            END AS fate
        FROM pg_temp.resident_feed f
        LEFT JOIN addressees_addressee a ON a.municipality_code = %(municipality)s AND a.number = f.number
        {{joins}}
        WHERE f.turn = %(turn)s
    ) matched
"""  # noqa: S608 - names of columns and fates of this room only
_WHOLE = _FATES.format(known="", late="", joins="")
# A file that was taken in before says nothing new of those known: later changes must not be taken back.
_REPEATED = _FATES.format(known="", late=f"WHEN true THEN '{SEEN}'", joins="")
_CHANGES = _FATES.format(
    known=f"""
        WHEN v.id IS NOT NULL AND v.addressee_id = a.id THEN '{KNOWN}'
        WHEN v.id IS NOT NULL THEN '{TAKEN}'
    """,
    late=f"WHEN f.effective_on < newest.day THEN '{LATE}'",
    joins="""
        LEFT JOIN addressees_addresseeversion v
            ON v.municipality_code = %(municipality)s AND v.change_number = f.change_number
            AND v.change_number <> ''
        LEFT JOIN LATERAL (
            SELECT max(effective_on) AS day FROM addressees_addresseeversion w
            WHERE w.addressee_id = a.id AND w.change_number <> ''
        ) newest ON true
    """,
)


def decide(turn: int, *, is_changes: bool, repeated: bool = False) -> None:
    """Write the fate of each staged row of this turn; `repeated`: the same file was taken in before."""
    statement = _CHANGES if is_changes else _REPEATED if repeated else _WHOLE
    with connection.cursor() as cursor:
        cursor.execute(statement, {"municipality": current(), "turn": turn})
        cursor.execute("ANALYZE pg_temp.resident_fate")


def counts() -> dict[str, int]:
    """How many rows have each fate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fate, count(*) FROM pg_temp.resident_fate GROUP BY fate")
        return dict(cursor.fetchall())


def refusals() -> list[CellError]:
    """The rows that matching refuses."""
    return [_refusal(*row) for row in _rows_of(OTHER, TAKEN)]


def _refusal(row: int, fate: str, number: str, change: str) -> CellError:
    if fate == TAKEN:
        words = f"の「{change}」は別の人の異動で取込済みです。異動番号か宛名番号を確かめてください。"
        return CellError(row, "異動番号", f"{row}行目: 「異動番号」{words}")
    words = (
        f"の「{number}」は、氏名・生年月日・性別がすべて異なる人として登録されています。"
        "番号の誤りがないか確かめ、同じ人なら1項目ずつ「07 訂正」で取り込んでください。"
    )
    return CellError(row, "宛名番号", f"{row}行目: 「宛名番号」{words}")


def late_warnings() -> list[CellError]:
    """The changes that came after a newer one: kept as history, not applied."""
    words = "が、取込済みの新しい異動より前の日です。履歴にだけ残し、現在の内容は変えません。"
    return [CellError(row, "異動年月日", f"{row}行目: 「異動年月日」{words}") for row, *_ in _rows_of(LATE)]


def _rows_of(*fates: str) -> list[tuple[int, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.row_number, t.fate, f.number, f.change_number FROM pg_temp.resident_fate t"
            " JOIN pg_temp.resident_feed f USING (row_number) WHERE t.fate = ANY(%s) ORDER BY 1",
            [list(fates)],
        )
        return [(int(row), *map(str, words)) for row, *words in cursor.fetchall()]  # type: ignore[misc]


def absent(mentioned: Iterable[str]) -> int:
    """How many residents the whole file does not mention (rows that were refused do mention theirs)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM addressees_addressee WHERE municipality_code = %s AND kind = %s"
            " AND status = %s AND merged_into_id IS NULL AND NOT (number = ANY(%s))",
            [current(), Kind.RESIDENT, Status.RESIDENT, list(mentioned)],
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0
