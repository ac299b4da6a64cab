"""Two invented cities: residents, today's changes and years of vaccination, any size, same for a seed."""
