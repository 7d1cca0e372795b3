"""Technical limits of what the loader will open, in one place. They guard the machine, not the law."""

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_UNPACK_RATIO = 200
"""Uncompressed over compressed size of a workbook; judged above `RATIO_FROM_BYTES`, since tiny parts compress wildly."""
RATIO_FROM_BYTES = 8 * 1024 * 1024
MAX_ARCHIVE_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
MAX_CELLS = 5_000_000
"""Rows x columns of the rectangle that a sheet spans: one cell at XFD1048576 would otherwise fill the memory."""
MAX_CELL_CHARACTERS = 10_000
MAX_FINDINGS = 200
EXACT_FLOAT_DIGITS = 15
"""A binary float keeps 15 significant decimal digits; a cell that needs more carries arithmetic noise."""
MAX_INT64 = 2**63 - 1
