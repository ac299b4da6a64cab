from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sesshu.web"
    label = "web"
    verbose_name = "画面"
