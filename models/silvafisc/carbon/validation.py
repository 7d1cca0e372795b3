"""The stock-change mode beside published figures: gated where they are comparable, printed everywhere, never hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import area_to_tenths, convert

from .age_structure import AGE_GROUPS
from .course import follow
from .errors import refuse
from .forest import Forest, Tabular, calibrate
from .guard import sink_band
from .hazard import loss_hazard_band
from .measures.compensation import compensation
from .mixtures import Array
from .score_table import flow_years

COLUMNS = (
    "check",
    "region_code",
    "place",
    "pool",
    "method",
    "period",
    "unit",
    "published",
    "model",
    "deviation_pct",
    "low",
    "high",
    "gated",
    "verdict",
    "note_en",
    "note_zh",
    "status",
    "source",
)
_NATION = "000000"
_ASSUMED = "assumptions.carbon.validation."
_TG_PER_T = float(1 / convert(Decimal(1), "tgc", "tco2e") * convert(Decimal(1), "tc", "tco2e"))
_TENTHS_PER_HA = area_to_tenths("1", "ha")


@dataclass(frozen=True)
class _Model:
    """What the model says of the units (u): carbon density tC/ha, yearly sink tC/ha, arbor area ha."""

    forest: Forest
    density: Array
    sink: Array
    area: Array
    nation: bool
    """Whether the units' arbor area is the nation's."""

    def of(self, code: str) -> tuple[float, float] | None:
        """(density tC/ha, stock TgC) of a unit or the nation, None where the units do not hold it."""
        if code == _NATION and self.nation:
            return self.mean(self.density), self.total(self.density)
        if code in self.forest.codes:
            at = self.forest.codes.index(code)
            return float(self.density[at]), float(self.density[at] * self.area[at] * _TG_PER_T)
        return None

    def mean(self, values: Array) -> float:
        return float((values * self.area).sum() / self.area.sum())

    def total(self, values: Array) -> float:
        return float((values * self.area).sum() * _TG_PER_T)


def build_validation(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """Every comparison of the calibrated forest with a published figure or a plausible range.

    columns: check (density, stock, sink, sink_band, hazard_band, age_group_volume), region_code, place, pool, method,
    period, unit, published, model, deviation_pct = 100 (model / published - 1), low, high (accepted range), gated,
    verdict, notes in both languages, status, source. Sorted by check, region, period, published figure.

    verdict: `ok` and `miss` where gated; `inside` and `outside` where only printed; `flagged` where a plausible range is
    left; `not comparable` where the units or the pool have no counterpart. Gated are whole-unit rows of tree biomass by
    a volume-based method from the inventories of the gated years (±15 %), the national density (±10 %) and the national
    sink of 2009-2018 (±25 %). Vegetation and ecosystem totals hold bamboo, shrub, soil or litter, which the stock-change
    mode does not have; plot-based figures differ by up to 1.7 times: printed, not gated.

    packages: at least carbon.VALIDATION_PACKAGES.

    Raises:
        InputError: as `forest.calibrate`.
    """
    return validate(calibrate(stands, packages, rules), packages, rules)


def validate(forest: Forest, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """The comparisons of `build_validation` for a forest that is calibrated already, whatever its growth curves.

    Raises:
        InputError: the package of published figures is missing.
    """
    if "carbon_validation" not in packages:
        raise refuse("packages", "missing: carbon_validation", "缺少数据包：carbon_validation")
    model = _model(forest, packages["age_groups"].table, rules)
    rows = [
        *_published(model, packages["carbon_validation"].table, rules),
        _national_sink(model, rules),
        *_sink_bands(model, rules),
        *_hazard_bands(model, rules),
        *_age_group_volumes(model, packages["age_groups"]),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["check", "region_code", "place", "period", "published"], kind="stable", ignore_index=True)


def _model(forest: Forest, national: pd.DataFrame, rules: Rules) -> _Model:
    years = flow_years(rules)
    stock = compensation(follow(forest, years), (), rules).baseline
    area = forest.stands["arbor_area_tenth_mu"].to_numpy(dtype=np.float64) / _TENTHS_PER_HA
    nation = float(national["area_10k_ha"].sum() * convert(Decimal(1), "10k_ha", "ha"))
    tolerance = float(rules.fraction(_ASSUMED + "nation_coverage_tolerance"))
    whole = bool(area.sum() > 0 and abs(area.sum() / nation - 1) <= tolerance)
    return _Model(forest, stock[:, 0], (stock[:, -1] - stock[:, 0]) / years, area, whole)


def _published(model: _Model, table: pd.DataFrame, rules: Rules) -> list[dict[str, Any]]:
    first, last = (rules.number(_ASSUMED + name) for name in ("gated_from_year", "gated_until_year"))
    provincial = float(rules.fraction(_ASSUMED + "provincial_tolerance"))
    national = float(rules.fraction(_ASSUMED + "national_density_tolerance"))
    rows = []
    for record in table.to_dict("records"):
        density, stock = record["carbon_density_tc_per_ha"], record["carbon_stock_tgc"]
        check, unit, published = (
            ("stock", "tgc", float(stock)) if pd.isna(density) else ("density", "tc_per_ha", float(density))
        )
        code = "" if pd.isna(record["region_code"]) else str(record["region_code"])
        held = model.of(code) if record["coverage"] == "whole" and record["pool_group"] != "ecosystem" else None
        value = float("nan") if held is None else held[0 if check == "density" else 1]
        # Comparisons with a missing year are false, so an undated row is printed only.
        era = bool(record["year_from"] >= first) and bool(record["year_to"] <= last)
        tree = record["pool_group"] == "tree" and record["method"] == "volume_based"
        gated = held is not None and era and tree and check == "density"
        tolerance = national if code == _NATION else provincial
        rows.append(
            _row(check, code, str(record["place"]), unit, published, value, (1 - tolerance, 1 + tolerance), gated)
            | {
                "pool": str(record["pool"]),
                "method": str(record["method"]),
                "period": str(record["period"]),
                "note_en": _shrub(model, code, "en"),
                "note_zh": _shrub(model, code, "zh"),
                "status": str(record["status"]),
                "source": str(record["source"]),
            }
        )
    return rows


def _row(
    check: str,
    code: str,
    place: str,
    unit: str,
    published: float,
    value: float,
    bounds: tuple[float, float],
    gated: bool,
) -> dict[str, Any]:
    """A comparison with a published figure; bounds are factors of it."""
    low, high = bounds[0] * published, bounds[1] * published
    if np.isnan(value):
        verdict = "not comparable"
    else:
        inside = low <= value <= high
        verdict = ("ok" if inside else "miss") if gated else ("inside" if inside else "outside")
    return {
        "check": check,
        "region_code": code,
        "place": place,
        "pool": "tree",
        "method": "volume_based",
        "period": "",
        "unit": unit,
        "published": published,
        "model": value,
        "deviation_pct": float(100 * (value / published - 1)),
        "low": low,
        "high": high,
        "gated": gated,
        "verdict": verdict,
        "note_en": "",
        "note_zh": "",
    }


def _shrub(model: _Model, code: str, language: str) -> str:
    flagged = set(model.forest.stands.loc[model.forest.stands["shrub_flag"].astype(bool), "region_code"])
    if code not in flagged:
        return ""
    return "shrubland province: arbor area is uncertain" if language == "en" else "灌木林占比高：乔木林面积不确定"


def _national_sink(model: _Model, rules: Rules) -> dict[str, Any]:
    entry = rules.entry("carbon.validation.national_sink")
    tolerance = float(rules.fraction(_ASSUMED + "national_sink_tolerance"))
    value = model.total(model.sink) if model.nation else float("nan")
    bounds = (1 - tolerance, 1 + tolerance)
    published = rules.number("carbon.validation.national_sink")
    return _row("sink", _NATION, "全国", "tgc", published, value, bounds, model.nation) | {
        "period": "2009-2018",
        "note_en": "growth of standing forest less baseline losses; the published sink is net of fellings and holds new forest",
        "note_zh": "模型为现有林生长减基线损失；公开值已扣采伐并含新增森林",
        "status": entry.status,
        "source": entry.reference.text(),
    }


def _sink_bands(model: _Model, rules: Rules) -> list[dict[str, Any]]:
    low, high = sink_band(rules)
    entry = rules.entry(_ASSUMED + "sink_low")
    return [
        _band("sink_band", code, "tc_per_ha", float(value), low, high)
        | {"status": entry.status, "source": entry.reference.text()}
        for code, value in zip(model.forest.codes, model.sink, strict=True)
    ]


def _hazard_bands(model: _Model, rules: Rules) -> list[dict[str, Any]]:
    low, _, high = loss_hazard_band(rules)
    entry = rules.entry("assumptions.carbon.hazard.central")
    return [
        _band("hazard_band", code, "per_year", float(value), low, high)
        | {"status": entry.status, "source": entry.reference.text()}
        for code, value in zip(model.forest.codes, model.forest.hazard, strict=True)
    ]


def _band(check: str, code: str, unit: str, value: float, low: float, high: float) -> dict[str, Any]:
    inside = low <= value <= high
    row = _row(check, code, "", unit, float("nan"), value, (1, 1), False)
    return row | {"pool": "", "method": "", "low": low, "high": high, "verdict": "inside" if inside else "flagged"}


def _age_group_volumes(model: _Model, national: Tabular) -> list[dict[str, Any]]:
    """Mean volume of the nation's age groups, which the calibration does not force (only the mean over all ages is)."""
    forest = model.forest
    weights = (
        forest.standing[:, :, None] * forest.age_shares[:, None, :] * model.area[:, None, None]
        if model.nation
        else np.full((len(forest.codes), len(forest.groups), len(AGE_GROUPS)), np.nan)
    )
    volumes = (weights * forest.volumes(0)[..., 0]).sum(axis=(0, 1)) / weights.sum(axis=(0, 1))
    table = national.table.set_index("age_group").loc[list(AGE_GROUPS)]
    published = (table["volume_10k_m3"] / table["area_10k_ha"]).to_numpy(dtype=np.float64)
    return [
        _row("age_group_volume", _NATION, f"全国 {group}", "m3_per_ha", float(known), float(value), (1, 1), False)
        | {
            "period": "2014-2018",
            "verdict": "printed" if model.nation else "not comparable",
            "status": national.column_status("volume_10k_m3"),
            "source": "age_groups",
        }
        for group, known, value in zip(AGE_GROUPS, published, volumes, strict=True)
    ]
