"""Precision management: ex-ante review cards, and routes of extraction that spare the stand."""
