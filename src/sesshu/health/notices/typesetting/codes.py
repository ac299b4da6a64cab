"""The document code as a machine reads it: QR code and OCR line."""

import re

import zxingcpp

_OPENING = re.compile(r"^.*?<svg[^>]*>", re.DOTALL)
_QUIET_ZONE_IN_WRITER = 4


def qr_svg(code: str) -> str:
    """A QR code (ISO/IEC 18004, version 1, level H, quiet zone of 4 modules) as SVG.

    The writer gives no viewBox, and without one the symbol is cut or stretched when it is scaled.
    """
    symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
    drawn: str = symbol.to_svg()
    side = symbol.to_image().shape[0]
    body = drawn[_OPENING.match(drawn).end() :]  # type: ignore[union-attr]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">{body}'
