"""The staff web of one intermediate server (M09, M10, M12; controls 53-56): its own accounts and log."""
