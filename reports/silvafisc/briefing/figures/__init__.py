"""Drawings as SVG: each takes plain labels and values and returns one `<svg>` element with its own id prefix."""
