"""What a palette must be: text that reads on its ground, fields that colour-blind readers and grey printers tell apart.

Thresholds and the three kinds of colour blindness stand in legibility.yaml with their references (`limits` below).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

Triple = tuple[float, float, float]
Place = tuple[str | int, ...]
"""Keys of a colour in a palette."""
Fault = tuple[tuple[Place, ...], str, str]
"""The colours that it takes, and what is wrong in English and Chinese."""


def linear(colour: str) -> Triple:
    """`#rrggbb` as linear light, red, green and blue between 0 and 1 (sRGB, IEC 61966-2-1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white (WCAG 2.2)."""
    return _luminance(linear(colour))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2): (lighter + 0.05) / (darker + 0.05)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lightness(colour: str) -> float:
    """CIE L*, 0 black to 100 white: what a grey print keeps of a colour."""
    return _lab(linear(colour))[0]


def distance(one: str, other: str, vision: Sequence[Sequence[float]] = ()) -> float:
    """CIE 1976 colour difference. vision: what an eye makes of linear red, green and blue; the usual one where left out."""
    first, second = (_lab(_seen(linear(colour), vision)) for colour in (one, other))
    return math.dist(first, second)


def faults(palette: Mapping[str, Any], limits: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything in a palette that cannot be read or told apart."""
    least = float(limits["text_contrast"])
    for name, ground in (pair.split(" on ") for pair in limits["texts"]):
        reached = contrast(palette[name], "#ffffff" if ground == "white" else palette[ground])
        if reached < least:
            en = f"text in {palette[name]} does not read on {ground}: contrast {reached:.1f}, at least {least:g}"
            yield (
                ((name,), (ground,)),
                en,
                f"{palette[name]} 的文字在底色 {ground} 上看不清：对比度 {reached:.1f}，至少 {least:g}",
            )
    for one, other in limits["pairs"]:
        yield from _alike(((one,), palette[one]), ((other,), palette[other]), limits)
    natures = [(("natures", name), colour) for name, colour in palette["natures"].items()]
    for first, second in combinations(natures, 2):
        yield from _alike(first, second, limits)
    steps = palette["sequence"]
    for place, (one, other) in enumerate(pairwise(steps), 1):
        if lightness(one) - lightness(other) < float(limits["sequence_step"]):
            en = f"{other} is not darker than {one} before it by {limits['sequence_step']} of lightness L*"
            yield (
                (("sequence", place),),
                en,
                f"{other} 须比前一色 {one} 更深（明度 L* 至少差 {limits['sequence_step']}）",
            )
    series = [(("series", place), colour) for place, colour in enumerate(palette["series"])]
    for first, second in combinations(series, 2):
        yield from _alike(first, second, limits)


_Named = tuple[Place, str]


def _alike(first: _Named, second: _Named, limits: Mapping[str, Any]) -> Iterator[Fault]:
    """Two colours that stand for two things: apart for every eye, and in the greys that they print in."""
    (earlier, one), (later, other) = first, second
    for name, vision in {"usual": (), **limits["vision"]}.items():
        reached, who = distance(one, other, vision), limits["seen_by"][name]
        if reached < float(limits["apart"]):
            en = f"{who['en']} cannot tell {other} from {one}: difference {reached:.0f}, at least {limits['apart']}"
            yield (
                (later, earlier),
                en,
                f"{who['zh']}分不清 {other} 与 {one}：色差 {reached:.0f}，至少 {limits['apart']}",
            )
            return
    grey = abs(lightness(one) - lightness(other))
    if grey < float(limits["grey_step"]):
        en = f"{other} and {one} print in one grey: lightness L* differs by {grey:.1f}, at least {limits['grey_step']}"
        yield (
            (later, earlier),
            en,
            f"{other} 与 {one} 灰度打印时分不清：明度 L* 相差 {grey:.1f}，至少 {limits['grey_step']}",
        )


def _luminance(light: Triple) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def _seen(light: Triple, vision: Sequence[Sequence[float]]) -> Triple:
    """Linear light as that eye sees it, within what a screen shows."""
    if not vision:
        return light
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, light, strict=True)), 0.0), 1.0) for row in vision)
    return red, green, blue


def _lab(light: Triple) -> Triple:
    """CIE L*a*b* under D65."""
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, _luminance(light), z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
