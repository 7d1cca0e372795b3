"""Make the four pictures of this folder from a saved outcome.

    python docs/pictures/make_pictures.py OUTCOME [FOLDER]

OUTCOME is a folder that `silvafisc run` wrote; FOLDER is where the pictures go (default: beside this script).
Page one of the PDF is drawn by `pdftoppm` (Debian package poppler-utils), the top of the HTML page by `chromium`
(package chromium; no network is used); both must be on the PATH. Pillow, which comes with matplotlib, reduces each
picture to 128 colours, so that it stays small. The briefings themselves are the same bytes on every machine; pictures
may differ in a few pixels from one version of these programs to the next.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from silvafisc.briefing import LANGUAGES, render
from silvafisc.results import Outcome

DOTS_PER_INCH = 100
SCREEN = (1200, 1500)
"""Width and height of the browser's window in pixels."""
COLOURS = 128
LARGEST = 250_000
"""Bytes that a picture may have."""
CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def page_one(pdf: Path, picture: Path) -> None:
    """The first page of a PDF as PNG."""
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-f", "1", "-l", "1", "-singlefile", "-png"]
    subprocess.run([*command, str(pdf), str(picture.with_suffix(""))], check=True, stderr=subprocess.DEVNULL)


def screen(html: Path, picture: Path, profile: Path) -> None:
    """The top of an HTML page as PNG."""
    window = f"--window-size={SCREEN[0]},{SCREEN[1]}"
    command = ["chromium", *CHROMIUM, window, f"--user-data-dir={profile}", f"--screenshot={picture}"]
    subprocess.run([*command, html.as_uri()], check=True, stderr=subprocess.DEVNULL, timeout=120)


def shrink(picture: Path) -> None:
    """Fewer colours. Raises SystemExit where the picture is still too large."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)
    if picture.stat().st_size > LARGEST:
        raise SystemExit(f"{picture.name} has {picture.stat().st_size} bytes, more than {LARGEST}")


def main(outcome: Path, folder: Path) -> None:
    """Write briefing_<language>_page_one.png and briefing_<language>_screen.png."""
    for program in ("pdftoppm", "chromium"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not on the PATH")
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        render(Outcome.load(outcome), work)
        for language in LANGUAGES:
            made = work / f"briefing_{language}_page_one.png", work / f"briefing_{language}_screen.png"
            page_one(work / f"briefing_{language}.pdf", made[0])
            screen(work / f"briefing_{language}.html", made[1], work / "profile")
            for picture in made:
                shrink(picture)
                shutil.copyfile(picture, folder / picture.name)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).resolve().parent)
