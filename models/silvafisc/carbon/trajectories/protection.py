"""Measures that keep what stands: protection from felling, from fire, from pests and from invasive species."""

from collections.abc import Sequence
from dataclasses import replace

from .hazards import FIRES, INVASIVE, LOSS, PEST
from .land import standing
from .plans import Plan
from .setting import Setting, untouched


def compensation(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): protected from felling and degradation in `year`, at full retention.

    The benefit is the loss that year would have brought; afterwards the baseline's hazard runs on, and what the baseline
    lost grows back.
    """
    return _spared(setting, (LOSS,), 1.0, year)


def fire_protection(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): the burned area of `year` is smaller by the assumed effect, at all severities."""
    return _spared(setting, FIRES, setting.number("fire_protection_effect"), year)


def pest_control(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): fewer trees die of pests in `year`."""
    return _spared(setting, (PEST,), setting.number("pest_control_effect"), year)


def invasive_control(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): fewer trees die of invasive species in `year`."""
    return _spared(setting, (INVASIVE,), setting.number("invasive_control_effect"), year)


def _spared(setting: Setting, names: Sequence[str], effect: float, year: int) -> tuple[Plan, Plan]:
    baseline = untouched(setting, standing(setting.forest, setting.years))
    spared = dict(baseline.hazards)
    for name in names:
        spared[name] = spared[name].copy()
        spared[name][:, year - 1] *= 1 - effect
    return replace(baseline, hazards=spared), baseline
