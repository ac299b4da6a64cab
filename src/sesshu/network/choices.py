"""What kinds of institutions and messages the network knows."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """Kinds of institutions, as the table of the order names inquirers and providers (命令2条の表)."""

    MUNICIPALITY = "municipality", "市町村長"
    PREFECTURE = "prefecture", "都道府県知事"
    WELFARE_OFFICE = "welfare_office", "都道府県知事等"
    HEALTH_MINISTER = "health_minister", "厚生労働大臣"
    PRIME_MINISTER = "prime_minister", "内閣総理大臣"
    INSURER = (
        "insurer",
        "医療保険者その他の法令による医療に関する給付の支給を行うこととされている者",
    )
    ALLOWANCE_PAYER = (
        "allowance_payer",
        "特別児童扶養手当等の支給に関する法律その他の法令による障害を有する者について支給される手当を"
        "支給することとされている者",
    )


class Part(models.TextChoices):
    """The part that a certificate's holder plays (its common name)."""

    INTERMEDIATE = "intermediate", "中間サーバー"
    JUKI = "juki", "統合端末"
    NUMBERS = "numbers", "団体内統合宛名システム"
    CORE = "core", "ネットワークのコアシステム"


class Sort(models.TextChoices):
    """What goes out of the outbox. Codes go first: a permit may speak of a 符号 that is still on its way."""

    CODE = "code", "符号"
    PERMIT = "permit", "提供許可証"
    CORRECTION = "correction", "記録の訂正"
