"""What a terminal and an application for one can be."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """What a terminal is for. Individual Numbers may be handled on a numbers terminal only (control 27)."""

    COUNTER = "counter", "窓口"
    OFFICE = "office", "事務室"
    VENUE = "venue", "会場タブレット"
    NUMBERS = "numbers", "番号端末（LGWAN）"


class State(models.TextChoices):
    REQUESTED = "requested", "登録申請中"
    IN_USE = "in_use", "使用可"
    REFUSED = "refused", "不承認"
    LOST = "lost", "紛失"
    RETIRED = "retired", "廃止"


class Application(models.TextChoices):
    """What is asked for: a certificate for a new terminal, before the end of the old one, or in its place; or
    that files may be taken out on a terminal in use."""

    REGISTRATION = "registration", "新規登録"
    RENEWAL = "renewal", "証明書の更新"
    REISSUE = "reissue", "証明書の再発行"
    TAKING_OUT = "taking_out", "持出しの許可"
