"""中間サーバー of one municipality: its 符号, 副本, inquiries, provisions and their records (M01-M17)."""
