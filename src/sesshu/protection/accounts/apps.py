from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sesshu.protection.accounts"
    label = "accounts"
    verbose_name = "利用者と権限"

    def ready(self) -> None:
        from sesshu.protection import rights
        from sesshu.protection.accounts import holding, leaving, offering
        from sesshu.protection.trail import relations

        rights.answer_by(lambda: holding)
        relations.register_leaving(leaving.is_leaving)
        offering.register_all()
