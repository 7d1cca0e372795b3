"""The few lines that a run ends with: what was reached, how surely, whether it adds up, where it lies."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from silvafisc.results import Outcome

FEN_PER_YUAN = 100
WHOLE_FROM = 1000


def summary_data(outcome: "Outcome", folder: Path | None, files: list[Path]) -> dict[str, Any]:
    """The summary as plain data."""
    checks = outcome.audit["checks"]
    return {
        "exit_code": 0,
        "id": outcome.meta["id"],
        "status": outcome.meta["status"],
        "objectives": [dict(entry) for entry in outcome.meta["objectives"]],
        "payment_fen": int(outcome.tables["allocation"]["payment_fen"].sum()),
        "audit_clean": outcome.audit["clean"],
        "audit_checks": len(checks),
        "audit_comparisons": sum(int(check["checked"]) for check in checks),
        "content_hash": outcome.meta.get("content_hash", ""),
        "folder": "" if folder is None else str(folder),
        "briefings": [str(path) for path in files],
    }


def summary_lines(outcome: "Outcome", folder: Path | None, files: list[Path], language: str) -> list[str]:
    """The summary as text."""
    zh = language == "zh"
    data, title = summary_data(outcome, folder, files), outcome.meta["title"]
    kind = outcome.meta["kind"]
    lines = [f"{title[language]}（{kind['zh']}）" if zh else f"{title['en']} ({kind['en']})"]
    lines += [_objective(entry, language) for entry in outcome.meta["objectives"]]
    periods, paid = outcome.resolved.periods, _money(int(data["payment_fen"]), language)
    span = periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}"
    units = outcome.tables["allocation"]["region_code"].nunique()
    lines.append(
        f"安排资金 {paid}（{span}年，{units} 个单位，各级合计）"
        if zh
        else f"{paid} to {units} unit{'s' * (units != 1)} ({span}, all payers)"
    )
    verdict = {True: ("通过", "clean"), False: ("未通过", "not clean")}[bool(data["audit_clean"])]
    lines.append(
        f"校核{verdict[0]}：{data['audit_checks']} 项规则与合计，{data['audit_comparisons']:,} 处逐一复算"
        if zh
        else f"audit {verdict[1]}: {data['audit_checks']} rules and sums, {data['audit_comparisons']:,} comparisons"
    )
    if folder is not None:
        lines.append(f"结果目录：{folder}" if zh else f"outcome: {folder}")
    lines += [f"  {path}" for path in files]
    return lines


def _money(fen: int, language: str) -> str:
    """An amount in the largest unit that it fills: 1.50 亿元, 1.50 万元, 60.00 元; in English million yuan or yuan."""
    units = (
        ((10**8, " 亿元"), (10**4, " 万元"), (1, " 元"))
        if language == "zh"
        else ((10**6, " million yuan"), (1, " yuan"))
    )
    yuan, name = next((size, name) for size, name in units if abs(fen) >= size * FEN_PER_YUAN or size == 1)
    return f"{fen / (yuan * FEN_PER_YUAN):,.2f}{name}"


def _objective(entry: Mapping[str, Any], language: str) -> str:
    from silvafisc.quantities import UNITS

    unit = UNITS.get(str(entry["unit"]))
    label = (unit.label_zh if language == "zh" else unit.label_en) if unit else str(entry["unit"])
    zh = language == "zh"
    shown = f"{entry['label'][language]} {_plain(float(entry['value']))} {label}".rstrip()
    weighed = entry.get("weight") is not None
    proof = []
    if entry.get("bound") is not None:
        # Weighed against others, an objective's bound is what it would reach alone.
        name = ("单独最优" if weighed else "上界") if zh else ("best alone" if weighed else "bound")
        proof.append(f"{name} {_plain(float(entry['bound']))}")
    if entry.get("gap") is not None:
        name = ("加权目标差距" if weighed else "差距") if zh else ("gap of the weighted sum" if weighed else "gap")
        proof.append(f"{name} {float(entry['gap']):.2%}")
    if not proof:
        return shown
    return f"{shown}（{'，'.join(proof)}）" if zh else f"{shown} ({', '.join(proof)})"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:,.6g}"
