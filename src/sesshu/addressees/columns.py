"""The columns of the two resident feeds, in the order of the file: the whole file and the changes.

Described for people in `docs/formats/residents.md` and `docs/formats/changes.md`.
Names, romaji and lengths follow the national data items of the addressee number (住登外者宛名番号管理).
"""

from sesshu.kernel.columns import Column

FLAG = {"0": "非該当", "1": "該当"}
KINDS = {"1": "住民", "2": "住登外者", "3": "共有者", "4": "事業所"}
SEXES = {"0": "不明", "1": "男", "2": "女"}
STATES = {"1": "住民", "2": "転出", "3": "死亡", "4": "その他の消除"}
TAX_CLASSES = {"0": "不明", "1": "課税", "2": "非課税"}
CHANGE_REASONS = {
    "01": "出生",
    "02": "転入",
    "03": "転居",
    "04": "転出",
    "05": "死亡",
    "06": "氏名等の変更",
    "07": "訂正",
    "08": "世帯変更",
    "09": "支援措置",
    "10": "税・生活保護",
}

RESIDENT_COLUMNS: tuple[Column, ...] = (
    Column("宛名番号", "atenabango", "X", 15, required=True),
    Column("世帯番号", "setaibango", "X", 15),
    Column("宛名種別", "atenashubetsu", "X", 1, required=True, codes=KINDS),
    Column("氏名", "shimei", "N", 100, required=True),
    Column("氏名_読み仮名", "shimei_yomigana", "N", 100),
    Column("通称", "tsusho", "N", 100),
    Column("通称_読み仮名", "tsusho_yomigana", "N", 100),
    Column("性別", "seibetsu", "X", 1, required=True, codes=SEXES),
    Column("生年月日", "seinengappi", "DATE"),
    Column("生年月日_不詳フラグ", "seinengappi_fushofuragu", "X", 1, codes=FLAG),
    Column("生年月日_不詳表記", "seinengappi_fushohyoki", "N", 72),
    Column("続柄", "tsuzukigara", "N", 20),
    Column("世帯主氏名", "setainushishimei", "N", 100),
    Column("住所_市区町村コード", "jusho_shikuchosonkodo", "X", 6),
    Column("住所_町字コード", "jusho_choazakodo", "X", 7),
    Column("住所_都道府県", "jusho_todofuken", "N", 4),
    Column("住所_市区郡町村名", "jusho_shikugunchosonmei", "N", 12),
    Column("住所_町字", "jusho_choaza", "N", 120),
    Column("住所_番地号表記", "jusho_banchigohyoki", "N", 50),
    Column("住所_方書", "jusho_katagaki", "N", 300),
    Column("住所_郵便番号", "jusho_yubinbango", "X", 7),
    Column("電話番号", "denwabango", "X", 15),
    Column("地区", "chiku", "N", 30),
    Column("住民状態", "juminjotai", "X", 1, codes=STATES),
    Column("住民となった年月日", "juminhinengappi", "DATE"),
    Column("消除年月日", "shojonengappi", "DATE"),
    Column("課税非課税区分", "kazeikubun", "X", 1, codes=TAX_CLASSES),
    Column("生活保護区分", "seikatsuhogokubun", "X", 1, codes=FLAG),
    Column("支援措置区分", "shiensochikubun", "X", 1, codes=FLAG),
    Column("支援措置開始日", "shiensochikaishibi", "DATE"),
    Column("支援措置終了日", "shiensochishuryobi", "DATE"),
    Column("転入前住所_市区町村コード", "tennyumaejusho_shikuchosonkodo", "X", 6, optional=True),
)

CHANGE_COLUMNS: tuple[Column, ...] = (
    Column("異動番号", "idobango", "X", 20, required=True),
    Column("異動事由", "idojiyu", "X", 2, required=True, codes=CHANGE_REASONS),
    Column("異動年月日", "idonengappi", "DATE", required=True),
    *RESIDENT_COLUMNS,
)
