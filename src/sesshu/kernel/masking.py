"""What is hidden of a person under a protective measure (支援措置) from those without the right to see it.

Source: 住民基本台帳事務処理要領 第5-10 (measures for victims of domestic violence and stalking): no address,
past ones included, may reach the other side; household and telephone would lead to it, so they go too.
"""

from collections.abc import Mapping

HIDDEN = "（非表示）"

# Romaji of every data item from which a dwelling place could be found.
PROTECTED_COLUMNS: frozenset[str] = frozenset(
    {
        "setaibango",
        "tsuzukigara",
        "setainushishimei",
        "jusho_shikuchosonkodo",
        "jusho_choazakodo",
        "jusho_todofuken",
        "jusho_shikugunchosonmei",
        "jusho_choaza",
        "jusho_banchigohyoki",
        "jusho_katagaki",
        "jusho_yubinbango",
        "denwabango",
        "chiku",
        "tennyumaejusho_shikuchosonkodo",
    }
)


def hide(text: str | None, *, protected: bool) -> str:
    """`text`, or the sign that it is hidden. A blank is hidden too: that nothing stands there also tells."""
    return HIDDEN if protected else (text or "")


def conceal(values: Mapping[str, str], *, protected: bool) -> dict[str, str]:
    """A copy of a person's items by romaji with each item of the dwelling place hidden."""
    if not protected:
        return dict(values)
    return {name: HIDDEN if name in PROTECTED_COLUMNS else text for name, text in values.items()}


def last_digits(number: str, shown: int = 4) -> str:
    """`number` with all but its last digits starred, for logs and confirmations.

    At least half of the number stays hidden, so that a short one is not shown whole.
    """
    kept = min(shown, len(number) // 2)
    return "*" * (len(number) - kept) + (number[-kept:] if kept else "")
