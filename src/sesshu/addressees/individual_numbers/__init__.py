"""What the city has in an 個人番号's place: random tokens, a client of the vault, and the screens (S02)."""
