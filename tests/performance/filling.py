"""A city for benchmarks: residents of all ages with the doses usual at their age, made inside PostgreSQL."""

from __future__ import annotations

import random
from datetime import date, timedelta

TODAY = date(2026, 11, 22)
CITY = "242039"
# Vaccine, programme, and the usual age in days of a child's doses under the calendar of the 2020s.
CHILD = [
    ("Hib", "hib", 62), ("PCV13", "pcv", 62), ("HepB", "hepb", 62), ("RV1", "rota", 62),
    ("Hib", "hib", 92), ("PCV13", "pcv", 92), ("HepB", "hepb", 92), ("RV1", "rota", 92),
    ("DPT-IPV", "dpt-ipv", 92), ("Hib", "hib", 122), ("PCV13", "pcv", 122), ("DPT-IPV", "dpt-ipv", 122),
    ("DPT-IPV", "dpt-ipv", 152), ("BCG", "bcg", 170), ("HepB", "hepb", 215), ("Hib", "hib", 380),
    ("PCV13", "pcv", 380), ("MR", "mr", 385), ("VZV-live", "varicella", 385), ("DPT-IPV", "dpt-ipv", 500),
    ("VZV-live", "varicella", 600), ("JE", "je", 1110), ("JE", "je", 1120), ("JE", "je", 1500),
    ("MR", "mr", 2050), ("JE", "je", 3400), ("DT", "dt", 4100),
]  # fmt: skip
SENIOR = [("Flu-HA", "flu", 65 * 365 + year * 365 + 300) for year in range(20)] + [
    ("PPSV23", "pneumococcal-senior", 65 * 365 + 200),
    ("COVID", "covid", 70 * 365),
]


def fill(residents: int, wanted: int) -> int:
    """Residents of all ages, each with the usual doses, and more until there are as many as ``wanted``.

    Returns the number of doses. In the caller's transaction.
    """
    from django.db import connection

    chance = random.Random(1)
    births = [TODAY - timedelta(days=int(chance.random() * 90 * 365)) for _ in range(residents)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE TEMP TABLE born (number text, birth date, sex text) ON COMMIT DROP")
        with cursor.copy("COPY born FROM STDIN") as copy:
            for index, birth in enumerate(births):
                copy.write_row((f"{index:010d}", birth, "12"[index % 2]))
        cursor.execute(_RESIDENTS, [CITY])
        cursor.execute("CREATE TEMP TABLE plan (vaccine text, programme text, age int) ON COMMIT DROP")
        with cursor.copy("COPY plan FROM STDIN") as copy:
            for row in CHILD + SENIOR:
                copy.write_row(row)
        cursor.execute(_DOSES, [CITY, TODAY, TODAY])
        made = int(cursor.rowcount)
        while made < wanted:
            cursor.execute(_ANOTHER, [CITY, min(wanted - made, residents)])
            made += int(cursor.rowcount)
    return made


def tell_of(few: int) -> int:
    """Circumstances (個別の事情) of so many residents: pregnancies, exclusions, illnesses and conditions."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_CIRCUMSTANCES, {"city": CITY, "today": TODAY, "few": few})
        return int(cursor.rowcount)


_CIRCUMSTANCES = """
INSERT INTO ledger_personalcircumstance (municipality_code, addressee_id, kind, code, concerns, starts_on,
    ends_on, due_on, basis, confirmed_on, confirmed_by, recorded_at, void_reason)
SELECT %(city)s, id, kind, (array['', 'had-disease', 'illness', 'hiv'])[k],
    CASE WHEN k = 2 THEN array['varicella'] ELSE array[]::text[] END, NULL,
    CASE WHEN k = 3 THEN %(today)s::date - 30 END,
    CASE WHEN k = 1 THEN %(today)s::date + (id %% 300)::int END,
    'opinion', %(today)s, '', now(), ''
FROM (SELECT id, k, (array['pregnancy', 'exclusion', 'long-term-illness', 'condition'])[k] AS kind
    FROM (SELECT id, CASE WHEN sex = '2' AND birth_date BETWEEN '1985-01-01' AND '2004-12-31' THEN 1
            WHEN birth_date >= '2022-01-01' THEN 2 + (id %% 4 = 0)::int
            WHEN birth_date BETWEEN '1961-12-01' AND '1966-11-01' THEN 4 END AS k
        FROM addressees_addressee WHERE municipality_code = %(city)s) AS lives
    WHERE k IS NOT NULL ORDER BY id %% 977, id LIMIT %(few)s) AS chosen
"""
_RESIDENTS = """
INSERT INTO addressees_addressee (municipality_code, number, kind, name, name_kana, alias, alias_kana, sex,
    birth_date, birth_date_text, household_number, relation, household_head, address_municipality_code,
    town_code, prefecture, city, town, house_number, building, postal_code, telephone, district, status,
    resident_since, tax_class, public_assistance, name_key, address_key, updated_at)
SELECT %s, number, '1', '計測　' || number, 'ケイソク', '', '', sex, birth, '', left(number, 9), '', '',
    '242039', '', '三重県', '伊勢市', '計測町', number, '', '5160000', '', '', '1', birth, '0', false,
    ' ' || number, number, now()
FROM born
"""
_COLUMNS = """
INSERT INTO ledger_dose (municipality_code, addressee_id, programme, date, provider_name, facility_name,
    screening_doctor, outside_municipality, "group", publicly_funded, claimable, counted, receipt_number,
    questionnaire_code, source, source_key, source_digest, note, recorded_at, void_reason, vaccine,
    product_name, maker, lot_number, volume_ml, route, site, doctor, follow_up, adverse_event)
SELECT a.municipality_code, a.id, {programme}, {day}, '計測医院', '', '', false, false, true, true, true,
    '', '', 'file', '', '', '', now(), '', {vaccine}, '', '', 'L' || a.id %% 97, 0.5, 'SC', '', '', '', false
FROM addressees_addressee a
"""
_DOSES = (
    _COLUMNS.format(
        programme="p.programme", day="a.birth_date + p.age + (a.id %% 20)::int", vaccine="p.vaccine"
    )
    + " CROSS JOIN plan p WHERE a.municipality_code = %s AND a.birth_date + p.age + 20 <= %s"
    " AND (a.birth_date + p.age >= '2013-04-01' OR p.age < 100 AND a.id %% 3 = 0) AND %s >= a.birth_date"
)
_ANOTHER = (
    _COLUMNS.format(programme="'mr'", day="a.birth_date + 3650 + (a.id %% 300)::int", vaccine="'MR'")
    + " WHERE a.municipality_code = %s AND a.birth_date < '2014-01-01' ORDER BY a.id LIMIT %s"
)


def analyse() -> None:
    """What autovacuum does within a minute of a load."""
    import psycopg

    from sesshu.config import database

    known = database.connection_settings(role="owner")
    with psycopg.connect(
        host=str(known["HOST"]),
        port=str(known["PORT"]),
        dbname=str(known["NAME"]),
        user=str(known["USER"]),
        password=str(known["PASSWORD"]),
        autocommit=True,
    ) as connection:
        connection.execute("VACUUM ANALYZE ledger_dose")
        connection.execute("ANALYZE addressees_addressee")
