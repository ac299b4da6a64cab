from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "sesshu.protection.retention"
    label = "retention"
    verbose_name = "保存期間と消去"
