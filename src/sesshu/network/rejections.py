"""Why a door of the core says no to a whole message. No text repeats what was sent."""

from __future__ import annotations


class Rejected(Exception):
    """``code`` for machines, ``status`` of the answer, the text for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def wrong_peer() -> Rejected:
    return Rejected(
        403,
        "wrong_peer",
        "この証明書では接続できません。登録された証明書で接続してください。何も登録していません。",
    )


def forged() -> Rejected:
    return Rejected(403, "forged", "署名を確かめられない通信のため、受け付けませんでした。")


def invalid(message: str) -> Rejected:
    return Rejected(422, "invalid", message)
