from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "sesshu.protection.sign_in"
    label = "sign_in"
    verbose_name = "サインイン"
