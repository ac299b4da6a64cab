"""住登外者宛名番号: addressees who are no residents; the public API of the national standard (A05)."""
