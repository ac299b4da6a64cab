"""Check digits: of the numbers the law defines, and of our own printed documents.

Our documents carry ISO/IEC 7064 MOD 97-10, two digits after the body. It finds every single wrong digit
and every swap of two digits, neighbours or not, and lets 1 in 97 of all other misreadings pass; a one-digit
scheme such as Damm would let 1 in 10 pass, too many for a line read by OCR. Twelve digits and these two are
the 14 of a questionnaire's number, and staff know the scheme from bank account numbers (IBAN).
"""

import re

_DIGITS = re.compile(r"[0-9]+")
_ELEVEN = re.compile(r"[0-9]{11}")
_TEN = re.compile(r"[0-9]{10}")
_TWELVE = re.compile(r"[0-9]{12}")
_SIX = re.compile(r"[0-9]{6}")
_INDIVIDUAL_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_RESIDENT_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)


def individual_number_check_digit(first11: str) -> int:
    """The 12th digit of an 個人番号.

    Source: the ministry order under the 番号法 (平成26年総務省令第85号) 5条: 11 less the remainder by 11
    of the weighted sum, and 0 where the remainder is 1 or less. A digit mistaken so that the remainder
    moves between 0 and 1 is therefore not found. Raises ValueError unless given 11 digits.
    """
    if not _ELEVEN.fullmatch(first11):
        raise ValueError("個人番号の先頭11桁は半角数字11桁で指定してください。")
    remainder = _weighted(first11, _INDIVIDUAL_WEIGHTS) % 11
    return 0 if remainder <= 1 else 11 - remainder


def is_individual_number(text: str) -> bool:
    """Whether `text` is twelve digits with the right check digit."""
    return bool(_TWELVE.fullmatch(text)) and individual_number_check_digit(text[:11]) == int(text[11])


def resident_code_check_digit(first10: str) -> int:
    """The 11th digit of a 住民票コード (住民基本台帳法施行規則: ten random digits and one check digit).

    The formula of the ministry is not in the material at hand. Assumed is that of the 個人番号, with weights
    2 to 7 and 2 to 5 from the right; to be compared with real codes before use. Raises ValueError unless
    given 10 digits.
    """
    if not _TEN.fullmatch(first10):
        raise ValueError("住民票コードの先頭10桁は半角数字10桁で指定してください。")
    remainder = _weighted(first10, _RESIDENT_WEIGHTS) % 11
    return 0 if remainder <= 1 else 11 - remainder


def is_resident_code(text: str) -> bool:
    """Whether `text` is eleven digits with the right check digit."""
    return bool(_ELEVEN.fullmatch(text)) and resident_code_check_digit(text[:10]) == int(text[10])


def municipality_check_digit(first5: str) -> int:
    """The sixth digit of a 全国地方公共団体コード (prefecture of JIS X 0401, municipality of JIS X 0402).

    Raises ValueError unless given 5 digits.
    """
    if not re.fullmatch(r"[0-9]{5}", first5):
        raise ValueError("団体コードの先頭5桁は半角数字5桁で指定してください。")
    return (11 - _weighted(first5, _MUNICIPALITY_WEIGHTS) % 11) % 10


def is_municipality_code(text: str) -> bool:
    """Whether `text` is six digits, a prefecture 01 to 47 and the right check digit."""
    if not _SIX.fullmatch(text) or not 1 <= int(text[:2]) <= 47:
        return False
    return municipality_check_digit(text[:5]) == int(text[5])


def with_check_digit(digits: str) -> str:
    """`digits` with its two check digits (ISO/IEC 7064 MOD 97-10). Raises ValueError unless all digits."""
    if not _DIGITS.fullmatch(digits):
        raise ValueError("検査数字は半角数字だけの番号に付けられます。")
    return f"{digits}{98 - int(digits) * 100 % 97:02d}"


def has_check_digit(digits: str) -> bool:
    """Whether `digits` ends with the two check digits of what stands before them."""
    if len(digits) < 3 or not _DIGITS.fullmatch(digits):
        return False
    return with_check_digit(digits[:-2]) == digits


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
