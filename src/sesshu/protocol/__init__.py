"""What the systems of the exchange say to one another: shapes, envelopes, codes. Pure Python, no Django."""
