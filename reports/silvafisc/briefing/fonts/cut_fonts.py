"""Cut the two shipped fonts out of the full Noto Sans SC (OFL).

    python cut_fonts.py FOLDER

FOLDER is the unpacked npm package `@expo-google-fonts/noto-sans-sc` (static TrueType, weights 400 and 700).
Kept: every GB 2312 character, Latin, punctuation, arrows, mathematics, full-width forms, and every character of the
project's data, law and texts. Hinting is dropped. Writes the fonts and `input.sha256` beside this script.
"""

import hashlib
import sys
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).resolve().parent
WEIGHTS = {
    "NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf",
}
RANGES = [
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2B0, 0x2FF),
    (0x370, 0x3FF),
    (0x2000, 0x206F),
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x26FF),
    (0x3000, 0x303F),
    (0xFF00, 0xFFEF),
]
TEXT_SUFFIXES = {".csv", ".json", ".yaml", ".py", ".j2", ".typ", ".md", ".txt"}


def gb2312() -> set[int]:
    """Every code point of GB 2312 (two bytes, both from 0xA1)."""
    found: set[int] = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            text = bytes([high, low]).decode("gb2312", errors="ignore")
            found.update(map(ord, text))
    return found


def project() -> set[int]:
    """Every character of the files in the four source roots."""
    root = HERE.parents[3]
    found: set[int] = set()
    for layer in ("datasets", "policy", "models", "reports"):
        for path in sorted((root / layer).rglob("*")):
            if path.is_file() and path.suffix in TEXT_SUFFIXES:
                found.update(map(ord, path.read_text(encoding="utf-8")))
    return found


def main(folder: Path) -> None:
    wanted = gb2312() | project() | {c for low, high in RANGES for c in range(low, high + 1)}
    digests = []
    for name, source in WEIGHTS.items():
        data = (folder / source).read_bytes()
        digests.append(f"{hashlib.sha256(data).hexdigest()}  {source}\n")
        options = subset.Options()
        options.hinting = False
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
        options.name_IDs = ["*"]
        options.notdef_outline = True
        options.recalc_timestamp = False
        font = subset.load_font(str(folder / source), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        subset.save_font(font, str(HERE / name), options)
    (HERE / "input.sha256").write_text("".join(digests), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
