"""A job that goes on until its gate opens, so that a test decides when it is in the middle."""

from pathlib import Path
from time import sleep

from sesshu.jobs.registry import job
from sesshu.protection.actions import Action


@job("test.gated", title="試験用の処理", action=Action.RESULTS_IMPORT)
def gated(progress, payload):
    gate = Path(payload["gate"])
    while not gate.exists():
        progress.update(1, 2, "門が開くのを待っています")
        sleep(0.05)
    progress.update(2, 2)
    return {"passed": True}


@job("test.failing", title="失敗する処理")
def failing(progress, payload):
    raise ValueError("ファイルがありません。もう一度取り込んでください。")
