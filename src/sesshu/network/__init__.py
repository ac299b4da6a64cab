"""情報提供ネットワークシステム: a reference of its core. It knows 符号, permits and who asked whom, no content."""
