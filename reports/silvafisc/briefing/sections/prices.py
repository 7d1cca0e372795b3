"""What being explainable and fair costs: in the first objective, in what the others move, and in yuan."""

from collections.abc import Mapping
from typing import Any

from ..blocks import Block, Items, Paragraph, Runs
from ..draft import Draft
from ..keys import meta_ref
from .rules import rule_names


def prices(draft: Draft) -> list[Block]:
    """The price of explainability and of each fairness rule, as far as the outcome has them."""
    known = draft.outcome.meta.get("prices") or {}
    blocks: list[Block] = []
    explainability = known.get("explainability") or {}
    if explainability.get("lower") is not None and explainability.get("upper") is not None:
        blocks.append(Paragraph(_explainability(draft, explainability)))
    if known.get("fairness"):
        blocks += _fairness(draft)
    return blocks


def _explainability(draft: Draft, price: Mapping[str, Any]) -> Runs:
    words, path = draft.words, "prices.explainability"
    term = str(price["objective"])
    kind = _kind(draft, price)
    parts = [
        words.runs(
            "frontier.explainability",
            objective=draft.said(term),
            lower=draft.number(kind, meta_ref(f"{path}.lower")),
            upper=draft.phrase(kind, meta_ref(f"{path}.upper")),
        )
    ]
    parts += _side_effects(draft, price.get("side_effects") or {}, f"{path}.side_effects")
    if price.get("yuan"):
        parts.append(_in_yuan(draft, price["yuan"], f"{path}.yuan", "frontier.explainability_yuan", term))
    if price.get("yuan_at_rate"):
        at = f"{path}.yuan_at_rate"
        lower = draft.number("weighted", meta_ref(f"{at}.lower"))
        upper = draft.phrase("weighted", meta_ref(f"{at}.upper"))
        parts.append(words.runs("frontier.worth_between", lower=lower, upper=upper))
    return words.join(parts, "sentence")


def _fairness(draft: Draft) -> list[Block]:
    """What each fairness rule costs; rules that cost nothing at all share a sentence."""
    words = draft.words
    entries = list(draft.outcome.meta["prices"]["fairness"])
    names = rule_names(draft, [str(entry["rule"]) for entry in entries if "bound" not in entry])
    names += [draft.localized(entry["label"]) for entry in entries if "bound" in entry]
    items, free = [], []
    for place, (entry, name) in enumerate(zip(entries, names, strict=True)):
        weighed = entry.get("at_rates") or {}
        if entry["price"] is None:
            items.append(words.runs("frontier.unknown", rule=name))
        elif not entry["price"] and not weighed.get("price"):
            free.append(name)
        else:
            items.append(words.join(_costs(draft, entry, f"prices.fairness[{place}]", name), "sentence"))
    if free:
        label = draft.said(str(entries[0]["objective"]))
        items.append(words.runs("frontier.free", rules=words.join(free), objective=label))
    return [Paragraph(words.runs("frontier.fairness")), Items(tuple(items))]


def _costs(draft: Draft, entry: Mapping[str, Any], path: str, name: str) -> list[Runs]:
    words, term, kind = draft.words, str(entry["objective"]), _kind(draft, entry)
    label = draft.said(term)
    weighed = entry.get("at_rates") or {}
    if not entry["price"]:
        parts = [words.runs("frontier.costs_nothing_alone", rule=name, objective=label)]
    else:
        price = draft.fitting(kind, meta_ref(f"{path}.price"))
        parts = [words.runs("frontier.costs", rule=name, objective=label, price=price)]
        if entry.get("upper", entry["price"]) > entry["price"]:
            lower, upper = (draft.fitting(kind, meta_ref(f"{path}.{end}")) for end in ("lower", "upper"))
            parts.append(words.runs("frontier.proven", lower=lower, upper=upper))
        parts += _side_effects(draft, entry.get("side_effects") or {}, f"{path}.side_effects")
        if entry.get("yuan"):
            # Nothing less would do: more is had only by spending more than the best allocation under the rule can.
            text = "frontier.costs_yuan" if entry["yuan"]["lower"] else "frontier.costs_unused"
            parts.append(_in_yuan(draft, entry["yuan"], f"{path}.yuan", text, term, bool(entry["yuan"]["lower"])))
        if entry.get("yuan_at_rate"):
            worth = draft.phrase("weighted", meta_ref(f"{path}.yuan_at_rate"))
            parts.append(words.runs("frontier.worth", yuan=worth))
    if weighed.get("price"):
        moved = _side_effects(draft, weighed["changes"], f"{path}.at_rates.changes", "frontier.weighed")
        total = draft.fitting(kind, meta_ref(f"{path}.at_rates.price"))
        moved_list = words.join(moved)
        parts.append(words.runs("frontier.at_rates", changes=moved_list, objective=label, price=total))
    return parts


def _in_yuan(draft: Draft, worth: Mapping[str, Any], path: str, text: str, term: str, both: bool = True) -> Runs:
    """The budget equivalent with its method: both ends, or the upper one."""
    lower = {"lower": draft.number("yuan_total", meta_ref(f"{path}.lower"))} if both else {}
    return draft.words.runs(
        text,
        objective=draft.said(term),
        **lower,
        upper=draft.phrase("yuan_total", meta_ref(f"{path}.upper")),
        method=draft.words.name("method", str(worth["method"])),
    )


def _side_effects(draft: Draft, changes: Mapping[str, Any], path: str, text: str = "frontier.side") -> list[Runs]:
    """One sentence (or phrase) per objective, its direction in words."""
    said = []
    for other in changes:
        name, (_, style) = draft.said(str(other)), draft.objective(str(other))
        direction, size = draft.size_of(style, meta_ref(f"{path}.{other}"))
        extra = {} if direction == "same" else {"size": size}
        said.append(draft.words.runs(f"{text}_{direction}", objective=name, **extra))
    return said


def _kind(draft: Draft, price: Mapping[str, Any]) -> str:
    term = str(price["objective"])
    return draft.kind_of(str(price["unit"]), term) if price.get("unit") else draft.objective(term)[1]
