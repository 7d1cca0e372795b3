"""What an outcome may be printed as: a notice only where every area is certified, nothing is 演示数据 and the audit is clean."""

from silvafisc.results import Outcome

DEMONSTRATION = "演示数据"
ESTIMATES = ("情景测算", "演示", "estimate", "demonstration")
"""A scenario whose kind or title calls it by one of these is taken at its word."""


def hindrances(outcome: Outcome) -> tuple[str, ...]:
    """Why the outcome is a scenario estimate (情景测算) and no notice; empty where a notice may be drafted.

    audit: not clean. uncertified: an area without certificate or without its document. demo: a source or a row is
    demonstration data. assumed: assumed response curves rank the options. given: the offers were made elsewhere.
    declared: the scenario itself says so.
    """
    inputs, found = outcome.inputs, []
    if outcome.audit.get("clean") is not True:
        found.append("audit")
    areas = inputs.areas
    if not (areas["certified"].eq(True) & areas["document"].astype(str).str.strip().ne("")).all():
        found.append("uncertified")
    ledgers = [outcome.tables.get("sources"), inputs.ledger]
    marked = any(frame is not None and (frame["demo"].astype(str).str.strip() != "").any() for frame in ledgers)
    rows = any(frame["source"].astype(str).str.contains(DEMONSTRATION).any() for frame in inputs.tables().values())
    if marked or rows:
        found.append("demo")
    if outcome.resolved.assumed_responses == "rank" and (inputs.responses["status"] == "assumption").any():
        found.append("assumed")
    if outcome.resolved.offers_given:
        found.append("given")
    said = " ".join(str(text) for text in (*outcome.meta["kind"].values(), *outcome.meta["title"].values())).lower()
    if any(word in said for word in ESTIMATES):
        found.append("declared")
    return tuple(found)
