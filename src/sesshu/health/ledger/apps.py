from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sesshu.health.ledger"
    label = "ledger"
    verbose_name = "予防接種台帳"
