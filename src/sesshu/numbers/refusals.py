"""Why the vault says no. No message holds a number."""

from __future__ import annotations


class Refusal(Exception):
    """``code`` for machines, ``status`` of the answer, the text for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def wrong_number() -> Refusal:
    return Refusal(422, "wrong_number", "個人番号が正しくありません。12桁の数字を確かめてください。")


def unknown_holder() -> Refusal:
    return Refusal(404, "not_found", "この宛名番号の個人番号は登録されていません。")


def unknown_token() -> Refusal:
    return Refusal(404, "not_found", "トークンが見つかりません。")


def already_registered() -> Refusal:
    return Refusal(
        409,
        "already_registered",
        "この宛名番号には個人番号が登録されています。番号が変わったときは「変更」を使ってください。",
    )


def duplicate() -> Refusal:
    return Refusal(
        409,
        "duplicate",
        "この個人番号は別の宛名番号の方に登録されています。登録せず、重複警告に記録しました。"
        "本人確認書類と両方の住民情報を確かめてください。",
    )


def unchecked(message: str) -> Refusal:
    return Refusal(422, "identity_check", message)


def too_many() -> Refusal:
    return Refusal(429, "too_many", "短い時間に操作が多すぎます。しばらく待ってからやり直してください。")


def not_allowed(message: str) -> Refusal:
    return Refusal(403, "not_allowed", message)
