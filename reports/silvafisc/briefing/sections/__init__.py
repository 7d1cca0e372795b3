"""The sections of a briefing, one file each; every file has `section(draft) -> Section`."""
