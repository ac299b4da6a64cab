"""The vault: the only place where an 個人番号 exists (A06). Database, roles, process and door of its own."""
