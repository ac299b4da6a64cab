"""Holds the CDSi engine against test cases that CDC publishes as spreadsheets.

``workbook`` reads the file (the one module here that does), ``cases`` turns its rows into cases, and
``comparing`` runs them strictly.
"""
