"""Green finance: cash flows, pledge loans, bonds, guarantees and price paths.

Home of the green-finance instruments; none is built yet. The rule `no_hidden_debt` already refuses offers
whose debt service future appropriations would pay, and `finance.csv` of the outcome waits with its header.
"""
