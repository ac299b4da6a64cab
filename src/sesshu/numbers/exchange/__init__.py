"""統合宛名 as the door between the city's systems and their own intermediate server (U04, A05)."""
