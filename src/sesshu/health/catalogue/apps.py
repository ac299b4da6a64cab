from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "sesshu.health.catalogue"
    label = "catalogue"
    verbose_name = "事業・ワクチン"
