"""What this room writes into the log, in words."""

from __future__ import annotations

from sesshu.protection.acts import Sort, register

register(Sort.READ, ("ledger.read", "接種台帳の閲覧", "予防接種台帳を見ました"))
register(
    Sort.CHANGE,
    ("dose.record", "接種の記録", "接種を記録しました", ("dose",)),
    ("dose.void", "接種の取消", "接種の記録を取り消しました", ("entry",)),
    ("dose.replace", "接種の訂正", "接種の記録を訂正しました", ("entry", "replaced_by")),
    ("screening.record", "予診のみの記録", "予診のみを記録しました", ("screening",)),
    ("screening.void", "予診のみの取消", "予診のみの記録を取り消しました", ("entry",)),
    ("screening.replace", "予診のみの訂正", "予診のみの記録を訂正しました", ("entry", "replaced_by")),
    ("circumstance.record", "個別の事情の記録", "個別の事情を記録しました", ("circumstance", "kind")),
    ("circumstance.void", "個別の事情の取消", "個別の事情を取り消しました", ("circumstance", "kind")),
    (
        "circumstance.replace",
        "個別の事情の訂正",
        "個別の事情を訂正しました",
        ("circumstance", "kind", "replaced_by"),
    ),
)
