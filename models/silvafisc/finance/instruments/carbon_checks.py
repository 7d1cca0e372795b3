"""What is refused in the carbon side of any file: project, sharing, buyers, checklists, tonnes promised twice."""

from collections.abc import Iterator, Sequence

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.policy.schema import hint
from silvafisc.policy.yaml_source import Path_
from silvafisc.quantities import share

from ..issuance import Lump
from ..offsets import Buyer, offset_faults
from ..sharing import sharing_faults
from .carbon_fields import PriceStep
from .carbon_side import CarbonFile
from .checks import claim_faults, own_payments, project_faults
from .fields import Instrument, Where, finding


def carbon_faults(
    file: CarbonFile, instrument: Instrument, holder: str, rules: Rules, where: Where
) -> Iterator[Finding]:
    """Everything that shows before a tonne is sold. holder: of the pledge; where: of paths inside the carbon side."""
    borrower = instrument.borrower
    yield from project_faults(file.project, file.price, rules, where)
    yield from claim_faults(file.project, file.other_uses, instrument.terms, holder, where)
    yield from _elements(file, rules, where)
    buyers: list[tuple[Path_, str]] = [(("buyers", at, "name"), buyer.name) for at, buyer in enumerate(file.buyers)]
    yield from own_payments(borrower.name, buyers, where)
    holders = file.holders()
    if holders:
        faults = list(sharing_faults(holders, rules.fraction("finance.sharing.owner_share_least")))
        if borrower.name not in {holder.name for holder in holders}:
            faults.append((f"{borrower.name} has no share", f"借款人 {borrower.name} 未列入分成"))
        for en, zh in faults:
            yield finding(where, ("sharing",), en, zh)


def sale_faults(file: CarbonFile, sold: tuple[Lump, ...], rules: Rules, where: Where) -> Iterator[Finding]:
    """More than the buyers may offset; a sale before any price is stated."""
    buyers = [Buyer(row.name, row.market, share(row.obligation_tco2e), row.local) for row in file.buyers]
    if buyers:
        for en, zh in offset_faults(sold, buyers, rules):
            yield finding(where, ("buyers",), en, zh)
    first = min((lump.sold for lump in sold), default=None)
    paths: list[tuple[Path_, Sequence[PriceStep]]] = [(("price", "steps"), file.price.steps or ())]
    paths += [(("price", "scenarios", name), steps) for name, steps in file.price.scenarios.items()]
    for path, steps in paths:
        if first is not None and first.isoformat() < min((step.from_ for step in steps), default=""):
            en, zh = "no price is stated for the first sale", "首次出售时尚无价格"
            yield finding(where, path, en, zh)


def _elements(file: CarbonFile, rules: Rules, where: Where) -> Iterator[Finding]:
    """Elements of contract and disclosure that the checklists do not know."""
    for key, what, names in (("contract", "elements", file.contract), ("disclosures", "disclosures", file.disclosures)):
        known = rules.texts(f"finance.contracts.{what}")
        for at, name in enumerate(names or ()):
            if name not in known:
                more_en, more_zh = hint(name, known)
                yield finding(where, (key, at), f"unknown element {name!r}{more_en}", f"未知的要素 {name!r}{more_zh}")
