"""Green finance: cash flows, pledge loans, compensation-revenue loans, carbon bonds and price paths.

Plain functions on exact fen; reading of files is in `silvafisc.runs`.
"""
