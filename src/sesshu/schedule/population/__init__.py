"""The same logic for a whole city at once.

``city`` answers over columns and needs numpy; ``horizon`` and ``cohorts`` tell one resident's coming years.
"""
