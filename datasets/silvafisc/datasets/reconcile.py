"""Do the shipped packages add up? Every figure to compare with stands, with its source, in the package's own `checks`.

Forest areas of the provinces are never compared with a national forest area: provincial figures count special
shrubland, the national ones do not (see the description of `provinces`).
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from silvafisc.quantities import unit_of_column

from .columns import UNIT_OF_ROW
from .findings import Finding, InputError
from .package import (
    AtMostCheck,
    Check,
    CodesCheck,
    CountCheck,
    Package,
    PercentageCheck,
    RowSumCheck,
    SumCheck,
    load_package,
    package_names,
)

PERCENT = Decimal(100)
HALF = Decimal("0.5")


def check_packages() -> tuple[Finding, ...]:
    """Load every shipped package and recompute its sums, products and keys; empty when all is well."""
    findings: list[Finding] = []
    for name in package_names():
        try:
            findings += check_package(load_package(name))
        except InputError as error:
            findings += error.findings
    return tuple(findings)


def check_package(package: Package) -> tuple[Finding, ...]:
    """Findings of one package: its declared checks, its key, and units that agree with the column names."""
    findings = list(_units(package))
    if not package.key:
        findings.append(_finding(package, "", "no primary key", "没有主键"))
    for check in package.checks:
        findings += _run(package, check)
    return tuple(findings)


def _run(package: Package, check: Check) -> Iterator[Finding]:
    match check:
        case CountCheck():
            rows = len(package.table)
            if rows != check.rows:
                yield _finding(
                    package, "", f"{rows} rows instead of {check.rows}", f"有 {rows} 行，应为 {check.rows} 行"
                )
        case SumCheck():
            yield from _sum(package, check)
        case RowSumCheck():
            for row in range(len(package.table)):
                parts = sum((_exact(package, row, part) for part in check.parts), Decimal(0))
                total = _exact(package, row, check.total)
                if abs(parts - total) > Decimal(check.tolerance):
                    en, zh = f"parts sum to {parts}, the total is {total}", f"分项合计 {parts}，总计 {total}"
                    yield _in_row(package, row, check.total, en, zh)
        case PercentageCheck():
            yield from _percentage(package, check)
        case CodesCheck():
            yield from _codes(package, check)
        case AtMostCheck():
            for row in range(len(package.table)):
                smaller, larger = _exact(package, row, check.smaller), _exact(package, row, check.larger)
                if smaller > larger:
                    en, zh = f"{smaller} exceeds {check.larger} {larger}", f"{smaller} 大于 {check.larger} {larger}"
                    yield _in_row(package, row, check.smaller, en, zh)


def _sum(package: Package, check: SumCheck) -> Iterator[Finding]:
    """Sum over the rows that `where` selects, in exact decimals."""
    chosen = [
        row
        for row in range(len(package.text))
        if all(package.text[column].iloc[row] == value for column, value in check.where.items())
    ]
    total = sum(
        (_exact(package, row, check.column) for row in chosen if _filled(package, row, check.column)), Decimal(0)
    )
    if not chosen or abs(total - Decimal(check.equals)) > Decimal(check.tolerance):
        rows = ", ".join(f"{column} = {value}" for column, value in check.where.items())
        yield _finding(
            package,
            check.column,
            f"sums to {total} ({len(chosen)} rows {rows}), published {check.equals} ± {check.tolerance}: {check.source}",
            f"合计 {total}（{len(chosen)} 行 {rows}），公布值 {check.equals} ± {check.tolerance}：{check.source}",
        )


def _percentage(package: Package, check: PercentageCheck) -> Iterator[Finding]:
    """|part - pct/100 x whole| <= what half a unit in the last printed digit of each of the three can move it."""
    half = {name: HALF * _last_digit(package, name) for name in (check.part, check.pct, check.whole)}
    for row in range(len(package.table)):
        part, pct, whole = (_exact(package, row, name) for name in (check.part, check.pct, check.whole))
        implied = pct * whole / PERCENT
        slack = half[check.part] + (pct * half[check.whole] + whole * half[check.pct]) / PERCENT
        if abs(part - implied) > slack:
            en = f"{part}, but {check.pct} {pct} of {check.whole} {whole} is {implied.normalize()}"
            zh = f"{part}，而 {check.whole} {whole} 的 {pct}% 为 {implied.normalize()}"
            yield _in_row(package, row, check.part, en, zh)


def _codes(package: Package, check: CodesCheck) -> Iterator[Finding]:
    known = set(load_package(check.package).table[check.package_column])
    found = Counter(code for code in package.table[check.column] if code)
    nation = {"0" * len(code) for code in known}
    if stray := sorted(set(found) - known - (nation if check.subset else set())):
        yield _finding(package, check.column, f"unknown codes {', '.join(stray)}", f"未知代码 {'、'.join(stray)}")
    if not check.subset:
        for code in sorted(known):
            if found[code] != check.times:
                yield _finding(
                    package,
                    check.column,
                    f"{code} stands {found[code]} times instead of {check.times}",
                    f"{code} 出现 {found[code]} 次，应为 {check.times} 次",
                )


def _units(package: Package) -> Iterator[Finding]:
    """The unit in a column's name is the unit in datapackage.json."""
    for name, meta in package.columns.items():
        in_name = unit_of_column(name)
        if in_name is not None and in_name != meta.unit:
            yield _finding(
                package,
                name,
                f"the name says {in_name}, the descriptor {meta.unit}",
                f"列名单位 {in_name}，描述 {meta.unit}",
            )
        numeric = meta.type in ("decimal", "float") and meta.unit not in ("1", UNIT_OF_ROW)
        if numeric and in_name is None:
            yield _finding(package, name, f"the name lacks its unit {meta.unit}", f"列名缺少单位 {meta.unit}")


def _filled(package: Package, row: int, column: str) -> bool:
    return bool(package.text[column].iloc[row])


def _exact(package: Package, row: int, column: str) -> Decimal:
    return Decimal(str(package.text[column].iloc[row]))


def _last_digit(package: Package, column: str) -> Decimal:
    """One unit in the last place to which a column is printed: the finest of its cells (trailing zeros are not kept)."""
    exponents = [Decimal(text).as_tuple().exponent for text in package.text[column] if text]
    return Decimal(1).scaleb(min(int(exponent) for exponent in exponents))


def _in_row(package: Package, row: int, column: str, en: str, zh: str) -> Finding:
    """A finding about one cell."""
    return Finding(package.place(row, column), column, en, zh)


def _finding(package: Package, column: str, en: str, zh: str) -> Finding:
    return Finding(f"{package.name}/data.csv", column, en, zh)
