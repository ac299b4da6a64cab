"""The columns of the results file (接種結果), in the order of the file.

Described for people in `docs/formats/results.md`. The items are those of the statutory record
(予防接種法施行規則4条) and of the cities' own record lists.
"""

from sesshu.kernel.columns import Column

FLAG = {"0": "非該当", "1": "該当"}
RESULTS = {"1": "接種", "2": "予診のみ"}
ROUTES = {"SC": "皮下", "IM": "筋肉内", "PO": "経口", "PC": "経皮"}

RESULT_COLUMNS: tuple[Column, ...] = (
    Column("予診票番号", "yoshinhyobango", "X", 14),
    Column("宛名番号", "atenabango", "X", 15),
    Column("氏名", "shimei", "N", 100),
    Column("氏名_読み仮名", "shimei_yomigana", "N", 100),
    Column("生年月日", "seinengappi", "DATE"),
    Column("結果区分", "kekkakubun", "X", 1, required=True, codes=RESULTS),
    Column("接種種類", "sesshushurui", "X", 30, required=True),
    Column("接種回", "sesshukai", "9", 2),
    Column("接種年月日", "sesshunengappi", "DATE", required=True),
    Column("ワクチンコード", "wakuchinkodo", "X", 30),
    Column("ワクチン名", "wakuchimmei", "N", 100),
    Column("製造販売業者", "seizohambaigyosha", "N", 60),
    Column("ロット番号", "rottobango", "X", 20),
    Column("有効期限", "yukokigen", "DATE"),
    Column("接種量", "sesshuryo", "9V", 5),
    Column("接種方法", "sesshuhoho", "X", 2, codes=ROUTES),
    Column("接種部位", "sesshubui", "N", 30),
    Column("医療機関コード", "iryokikankodo", "X", 10),
    Column("医療機関名", "iryokikammei", "N", 100),
    Column("予診医師名", "yoshinishimei", "N", 100),
    Column("接種医師名", "sesshuishimei", "N", 100),
    Column("未接種理由", "misesshuriyu", "N", 100),
    Column("市町外接種フラグ", "shichogaisesshufuragu", "X", 1, codes=FLAG),
    Column("集団接種フラグ", "shudansesshufuragu", "X", 1, codes=FLAG),
    Column("公費実施フラグ", "kohijisshifuragu", "X", 1, codes=FLAG),
    Column("受付番号", "uketsukebango", "X", 20),
    Column("分娩予定日", "bumbenyoteibi", "DATE", optional=True),
)
