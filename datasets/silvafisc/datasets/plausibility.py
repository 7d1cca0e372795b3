"""Areas that contradict what is known of a region: most often hectares given as mu, or mu given as hectares."""

from collections.abc import Mapping
from fractions import Fraction

from silvafisc.quantities import UNITS

from .columns import Table
from .findings import Finding


def implausible_areas(
    table: Table,
    column: str,
    reference_mu: Mapping[str, Fraction],
    at_least: Fraction,
    at_most: Fraction = Fraction(1),
    code: str = "region_code",
) -> list[Finding]:
    """Compare an area column with a reference area of the same region.

    Args:
        table: a table that `load_table` read.
        column: an area column; its unit is taken from the table.
        reference_mu: region code -> area in mu that the cell is a part of (forest area, forestry land). Regions that
            are not listed are not judged.
        at_least, at_most: the part of the reference that the area may make up; outside is a finding. When the other
            one of mu and hectare would bring it inside, the finding says so (1 ha = 15 mu).
        code: the column of region codes.
    """
    unit = UNITS[table.columns[column].unit]
    ratio = UNITS["ha"].factor
    findings: list[Finding] = []
    for row, region in enumerate(table.table[code]):
        text = str(table.text[column].iloc[row]).strip()
        if region not in reference_mu or not text:
            continue
        area, whole = Fraction(text) * unit.factor, reference_mu[region]
        if area == 0 or at_least * whole <= area <= at_most * whole:
            continue
        en, zh = "", ""
        if at_least * whole <= area * ratio <= at_most * whole:
            en, zh = "; hectares given as mu? (1 ha = 15 mu)", "；是否把公顷当作亩填写？（1 公顷 = 15 亩）"
        elif at_least * whole <= area / ratio <= at_most * whole:
            en, zh = "; mu given as hectares? (1 ha = 15 mu)", "；是否把亩当作公顷填写？（1 公顷 = 15 亩）"
        share = float(area / whole * 100) if whole else float("inf")
        findings.append(
            Finding(
                table.place(row, column),
                column,
                f"{text} {unit.label_en} is {share:.4g} % of the reference area of {region}, expected {float(at_least):.4g} to {float(at_most):.4g} of it{en}",
                f"{text} {unit.label_zh}为 {region} 参照面积的 {share:.4g}%，应在其 {float(at_least):.4g} 至 {float(at_most):.4g} 倍之间{zh}",
            )
        )
    return findings
