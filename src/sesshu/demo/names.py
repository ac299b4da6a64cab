"""Names that nobody could take for a real person's: every family is called 'sample', 'example' or 'draft'."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar


class Name(NamedTuple):
    """A written form and its reading."""

    written: str
    kana: str


def _list(text: str) -> tuple[Name, ...]:
    return tuple(Name(*pair.split("/")) for pair in text.split())


SURNAMES = _list(
    "見本/ミホン 例示/レイジ 架空/カクウ 試験/シケン 標本/ヒョウホン 雛形/ヒナガタ 仮名/カナ "
    "模擬/モギ 手本/テホン 例題/レイダイ 演習/エンシュウ 試作/シサク 仮設/カセツ 下書/シタガキ "
    "余白/ヨハク 空欄/クウラン 文例/ブンレイ 用例/ヨウレイ 図例/ズレイ 案文/アンブン 試案/シアン "
    "想定/ソウテイ 仮題/カダイ 模型/モケイ 写本/シャホン 見取/ミトリ 原稿/ゲンコウ 草案/ソウアン "
    "仮置/カリオキ 見出/ミダシ 書式/ショシキ 記入/キニュウ"
)
# Characters outside of the common sets: variation selectors, the second plane, old forms.
RARE_SURNAMES = _list(
    "葛󠄀見本/クズミホン 辻󠄀例示/ツジレイジ 𠮷見本/ヨシミホン 𠮷例/ヨシレイ 髙見本/タカミホン "
    "﨑例示/サキレイジ 邉󠄀見本/ナベミホン 齋例/サイレイ 見本ヶ谷/ミホンガヤ "
    "例示原見本沢/レイジハラミホンザワ"
)
MALE = _list(
    "太郎/タロウ 一郎/イチロウ 次郎/ジロウ 三郎/サブロウ 健太/ケンタ 翔太/ショウタ 大輔/ダイスケ "
    "誠/マコト 浩/ヒロシ 茂/シゲル 正/タダシ 清/キヨシ 勇/イサム 実/ミノル 進/ススム 隆/タカシ "
    "学/マナブ 剛/ツヨシ 亮/リョウ 拓也/タクヤ 直樹/ナオキ 和也/カズヤ 雄一/ユウイチ 蓮/レン "
    "湊/ミナト 陽翔/ハルト 律/リツ 朝陽/アサヒ 悠真/ユウマ 樹/イツキ 例太/レイタ 見一/ケンイチ "
    "試太郎/シタロウ 標太/ヒョウタ 丈二/ジョウジ 譲治/ジョウジ 千鶴夫/チヅオ"
)
FEMALE = _list(
    "花子/ハナコ 一子/イチコ 和子/カズコ 節子/セツコ 幸子/サチコ 洋子/ヨウコ 恵子/ケイコ "
    "京子/キョウコ 由美/ユミ 真由美/マユミ 久美子/クミコ 明美/アケミ 陽子/ヨウコ 智子/トモコ "
    "裕子/ユウコ 愛/アイ 彩/アヤ 美咲/ミサキ さくら/サクラ ひなの/ヒナノ 陽葵/ヒマリ 凛/リン "
    "結菜/ユイナ 葵/アオイ 紬/ツムギ 芽依/メイ 莉子/リコ 澪/ミオ すず/スズ キヨ/キヨ 例子/レイコ "
    "見子/ミコ 試子/シコ 標子/ヒョウコ 千鶴/チヅル 美津江/ミツエ 貴美子/キミコ"
)
# Children whose name is read as their father's or mother's: (parent, child).
SAME_READING = (
    (Name("丈二", "ジョウジ"), Name("譲治", "ジョウジ"), "1"),
    (Name("陽子", "ヨウコ"), Name("洋子", "ヨウコ"), "2"),
)
FOREIGN_SURNAMES = _list(
    "EXAMPLE/エグザンプル SAMPLE/サンプル PLACEHOLDER/プレースホルダー SPECIMEN/スペシメン "
    "TEMPLATE/テンプレート DUMMY/ダミー"
)
FOREIGN_MALE = _list("JOHN/ジョン CARLOS/カルロス MINH/ミン WEI/ウェイ ARJUN/アルジュン")
FOREIGN_FEMALE = _list("MARIA/マリア ANNE/アン LAN/ラン MEI/メイ PRIYA/プリヤ")
LONG_NAME = Name(
    "EXAMPLE DOS SANTOS SAMPLE DE PLACEHOLDER MARIA APARECIDA TESTE DA SILVA MODELO",
    "エグザンプル ドス サントス サンプル デ プレースホルダー マリア アパレシーダ テステ ダ シルバ モデロ",
)

T = TypeVar("T")


def pick(rng: Random, items: Sequence[T]) -> T:
    """One of the items, evenly: quicker than random.choice, and steady from one Python to the next."""
    return items[int(rng.random() * len(items))]


def surname(rng: Random) -> Name:
    """A family name; one family in fifty has a rare character."""
    return pick(rng, RARE_SURNAMES if rng.random() < 0.02 else SURNAMES)


def given(rng: Random, sex: str) -> Name:
    """A given name for a sex code."""
    return pick(rng, MALE if sex == "1" else FEMALE)


def full(family: Name, own: Name) -> Name:
    """Family and given name with the one full-width space of the national data items between them."""
    return Name(f"{family.written}　{own.written}", f"{family.kana}　{own.kana}")


def foreign(rng: Random, sex: str) -> tuple[Name, Name]:
    """A foreign resident's name in the Latin alphabet, and the 通称 some have (else blank)."""
    if rng.random() < 0.03:
        return LONG_NAME, Name("", "")
    family = pick(rng, FOREIGN_SURNAMES)
    own = pick(rng, FOREIGN_MALE if sex == "1" else FOREIGN_FEMALE)
    kana = "" if rng.random() < 0.2 else f"{family.kana}　{own.kana}"
    alias = full(pick(rng, SURNAMES), Name(own.kana, own.kana)) if rng.random() < 0.4 else Name("", "")
    return Name(f"{family.written} {own.written}", kana), alias
