"""What is recorded of a person beside doses (個別の事情), and what it may rest on."""

from __future__ import annotations

from django.db import models


class CircumstanceKind(models.TextChoices):
    """個別の事情: what the city recognised in one person and the rules cannot know by themselves."""

    LONG_TERM_ILLNESS = "long-term-illness", "長期療養特例"
    EXCLUSION = "exclusion", "対象から除かれる者"
    CONDITION = "condition", "対象に加わる事由"
    PREGNANCY = "pregnancy", "妊娠"


class Basis(models.TextChoices):
    """確認の根拠: by what the city knows it."""

    OPINION = "opinion", "主治医の意見書"
    CERTIFICATE = "certificate", "診断書"
    SCREENING = "screening", "予診票（予診医師の判断）"
    LABORATORY = "laboratory", "検査の結果"
    DISABILITY = "disability", "身体障害者手帳"
    HANDBOOK = "handbook", "母子健康手帳"
    PREGNANCY_NOTICE = "pregnancy-notice", "妊娠の届出"
    OTHER_CITY = "other-city", "他市町村の接種記録"
    DECLARATION = "declaration", "本人・保護者の申出"
    MAYOR = "mayor", "市町村長の認定"
    FILE = "file", "医療機関の結果ファイル"


# As the law names them (予防接種法2条, 施行令2条の3・3条); the pack has codes only.
DISEASES = {
    "diphtheria-tetanus": "ジフテリア・破傷風",
    "pertussis": "百日せき",
    "polio": "急性灰白髄炎（ポリオ）",
    "hib": "Hib感染症",
    "pneumococcus-child": "小児の肺炎球菌感染症",
    "hepatitis-b": "B型肝炎",
    "rotavirus": "ロタウイルス感染症",
    "tuberculosis": "結核",
    "measles": "麻しん",
    "rubella": "風しん",
    "rubella-adult": "風しん（第5期）",
    "varicella": "水痘",
    "japanese-encephalitis": "日本脳炎",
    "hpv": "ヒトパピローマウイルス感染症",
    "rsv": "RSウイルス感染症",
    "influenza": "インフルエンザ",
    "pneumococcus-senior": "高齢者の肺炎球菌感染症",
    "covid19": "新型コロナウイルス感染症",
    "zoster": "帯状疱疹",
}
