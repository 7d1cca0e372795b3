"""What is said of the price of a rule and of being explainable, by hand."""

from tests.briefing.test_reading import plain, with_meta

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Items
from silvafisc.results import Outcome


def test_a_price_is_said_with_its_proof_its_side_effects_and_in_yuan(outcome: Outcome) -> None:
    """by hand: 1.2e8 yuan are 1.20 亿元 and 4.4e8 are 4.40; −1500 t are 0.2 万吨 less, 9e9 fen 9,000 万元 more."""
    full = {
        "rule": "priority_share",
        "objective": "carbon",
        "unit": "tco2e",
        "price": 30_000.0,
        "lower": 20_000.0,
        "upper": 50_000.0,
        "side_effects": {"development": -2.5e9},
        "yuan": {"lower": 1.2e8, "upper": 1.3e8, "method": "re-solve"},
        "yuan_at_rate": 4.4e8,
        "at_rates": None,
    }
    weighed = {
        "rule": "standards_only_rise",
        "objective": "carbon",
        "unit": "tco2e",
        "price": 0.0,
        "at_rates": {"price": 10_000.0, "changes": {"carbon": -1500.0, "development": 9e9}},
    }
    # Of what the rule's best allocation spends, nothing can be spared.
    unused = full | {"rule": "local_capacity", "yuan": {"lower": 0.0, "upper": 1e7, "method": "re-solve"}}
    nothing = {**outcome.meta["prices"]["explainability"], "yuan": {"lower": 0.0, "upper": 1e7, "method": "re-solve"}}
    prices = {"explainability": nothing, "fairness": [full, weighed, unused]}
    for language, expected in (
        (
            "zh",
            [
                "去掉“倾斜份额”，固碳量可增加 3.0 万吨。（已证明在 2.0 万吨与 5.0 万吨之间。）同时加权受益减少 0.25 亿元。"
                "没有这条规则时，各项资金同比例少用 1.20—1.30 亿元，固碳量仍与有这条规则时相同（重新求解）。按本方案的目标权重折算，相当于 4.40 亿元（加权）。",
                "去掉“标准只增不减”，单看固碳量不会增加。按本方案的目标权重重新求解：固碳量减少 0.2 万吨、加权受益增加 0.90 亿元；合计相当于固碳量 1.0 万吨。",
                "去掉“地方承受能力”，固碳量可增加 3.0 万吨。（已证明在 2.0 万吨与 5.0 万吨之间。）同时加权受益减少 0.25 亿元。"
                "去掉这条规则不能节省资金：增加的固碳量来自有这条规则时用不上的资金；各项资金同比例少用，合计少 0.10 亿元，结果就低于保留这条规则时的水平（重新求解）。"
                "按本方案的目标权重折算，相当于 4.40 亿元（加权）。",
            ],
        ),
        (
            "en",
            [
                "Without “Priority share”",
                "Proven to lie between",
                "would bring the same",
                "together worth",
                "no money is saved",
            ],
        ),
    ):
        briefing = build(with_meta(outcome, prices=prices), language)
        section = next(section for section in briefing.sections if section.id == "frontier")
        items = [plain(runs) for block in section.blocks if isinstance(block, Items) for runs in block.items]
        for text in expected:
            assert text in items if language == "zh" else any(text in item for item in items), items
