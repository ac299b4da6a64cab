"""From values to PDF: 予診票, letters and lists. Pure functions; knows neither Django nor the database."""
