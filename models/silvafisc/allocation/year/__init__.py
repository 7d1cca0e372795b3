"""The budget year (年度资金周期) in whole fen: ledger, notices, settlement, carry-over, final account, commitments."""
