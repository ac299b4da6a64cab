from django.apps import AppConfig


class TerminalsConfig(AppConfig):
    name = "sesshu.protection.terminals"
    label = "terminals"
    verbose_name = "端末"
