"""団体内統合宛名: one number for each person and municipality, and the 宛名番号 that it joins."""
