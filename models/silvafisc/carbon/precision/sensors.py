"""Review card of sensor nets: they add no tonnes, so the card tells their cost and what the same money in plots narrows."""

from dataclasses import dataclass

from silvafisc.policy import Rules

from ..errors import refuse
from ..monitoring.sampling import Strata, Total, narrowed, total
from .appraisal import discount_rate

MEASURE = "sensor_net"
_CARD = "assumptions.carbon.precision.sensor_"
_PLOT = "assumptions.carbon.monitoring.plot_cost"


@dataclass(frozen=True)
class AgainstPlots:
    """The yearly money of a net over some strata, spent on plots once: how many it buys, and the total without and with
    them. A net is worth its money only where it narrows the total by more.
    """

    money_yuan: float
    plots: int
    before: Total
    after: Total


def yearly_cost(rules: Rules) -> float:
    """Yuan per mu and year: c (r / (1 - (1 + r)^-L) + u) / a, a node of cost c and life L over a mu, upkeep u of its cost.

    Raises:
        InputError: a node without life or land.
    """
    node, life, land = (rules.number(_CARD + name) for name in ("node_cost", "life", "mu_per_node"))
    if not (life > 0 and land > 0):
        raise refuse(_CARD + "life", "life and land of a node must be above zero", "节点的年限和面积须大于零")
    rate = discount_rate(rules)
    annuity = rate / (1 - (1 + rate) ** -life) if rate else 1 / life
    return node * (annuity + rules.number(_CARD + "upkeep")) / land


def mu_per_plot(rules: Rules) -> float:
    """Mu whose yearly net costs as much as one plot."""
    return rules.number(_PLOT) / yearly_cost(rules)


def against_plots(strata: Strata, rules: Rules) -> AgainstPlots:
    """What the yearly cost of a net over the strata would narrow as plots; see `sampling.narrowed`.

    Raises:
        InputError: as `sampling.total`, `sampling.narrowed`.
    """
    money = yearly_cost(rules) * float(strata.area.sum())
    plots, after = narrowed(strata, money, rules)
    return AgainstPlots(money, plots, total(strata, rules), after)
