"""情報提供ネットワークシステム: a reference of its core; it knows who asked whom, and never a content."""
