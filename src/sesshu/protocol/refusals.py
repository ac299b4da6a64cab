"""Why an inquiry or a provision is refused: one word on the wire, one sentence for the clerk."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Stands in permits' answers, in answers of the provider and in the records of both sides."""

    NOT_LISTED = "not_listed"
    LIST_OUT_OF_STEP = "list_out_of_step"
    NO_CODE = "no_code"
    NO_PERSON = "no_person"
    UNKNOWN_INSTITUTION = "unknown_institution"
    WRONG_INSTITUTION = "wrong_institution"
    FORGED = "forged"
    EXPIRED = "expired"
    REPLAYED = "replayed"
    MISMATCH = "mismatch"
    INVALID = "invalid"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    NO_ANSWER = "no_answer"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


def sentence_of(word: str) -> str:
    """The sentence of a recorded refusal; the word itself where it is none of ours: records last long."""
    return Refusal(word).sentence if word in set(Refusal) else word


_SENTENCES = {
    Refusal.NOT_LISTED: "この特定個人情報名の照会は、照会許可用照合リストで許可されていません。"
    "事務と照会先の組合せを確かめてください。",
    Refusal.LIST_OUT_OF_STEP: "照会側と提供側の照会許可用照合リストの版が異なるため、提供されませんでした。"
    "リストの配信後にもう一度照会してください。",
    Refusal.NO_CODE: "この方の符号がまだ取得されていません。符号取得の完了後に照会してください。",
    Refusal.NO_PERSON: "照会先に該当する方がいません。照会先の市区町村を確かめてください。",
    Refusal.UNKNOWN_INSTITUTION: "照会先の機関がネットワークに登録されていません。照会先を確かめてください。",
    Refusal.WRONG_INSTITUTION: "この機関あての通信ではありません。何も登録していません。",
    Refusal.FORGED: "署名を確かめられない通信のため、受け付けませんでした。",
    Refusal.EXPIRED: "期限を過ぎています。時刻を確かめて、もう一度照会してください。",
    Refusal.REPLAYED: "同じ提供許可証がすでに使われています。受け付けませんでした。",
    Refusal.MISMATCH: "届いた内容が照会の内容と一致しません。受け付けませんでした。",
    Refusal.INVALID: "通信の項目が正しくありません。受け付けませんでした。",
    Refusal.WITHHELD: "提供側の確認により、提供されませんでした。必要なときは提供元へ問い合わせてください。",
    Refusal.CANCELLED: "照会は取りやめられています。",
    Refusal.NO_ANSWER: "期限までに回答が届きませんでした。もう一度照会してください。",
}
