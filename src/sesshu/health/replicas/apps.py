from django.apps import AppConfig


class ReplicasConfig(AppConfig):
    name = "sesshu.health.replicas"
    label = "replicas"
    verbose_name = "副本の登録"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.health.replicas import ending, retention
        from sesshu.health.replicas.models import Flag, OutboxEntry, ReplicaRecord

        # A merge moves the doses; the database itself then withdraws one's records and puts the other's.
        for model in (ReplicaRecord, OutboxEntry, Flag):
            merging.register_keeper(model, "addressee")
        erasing.register_person_table(OutboxEntry, "addressee", order=5)
        erasing.register_person_table(ReplicaRecord, "addressee", order=10)
        erasing.register_person_table(Flag, "addressee", order=10)
        erasing.register_outside(ending.withdraw)
        retention.register_rules()
