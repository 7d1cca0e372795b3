"""The analyst's bench: textbook ways of choosing and paying sites at equal budget, beside what a scenario decides.

Pure functions on frames, for evaluation and teaching; nothing here decides an official amount. One row per *site* (a
unit's forest of one category):

    site, region_code, area_mu, cost_yuan_per_mu (what the owner gives up, > 0), benefit_t_per_mu (tonnes that a payment
    by area counts), additional_t_per_mu (those that would not be there without it)

Land is divisible: the last site joins with a part. No policy spends more than the budget; money is left only where every
site that would accept the rate (or the cap) has joined.
"""

from .enrolment import PAYMENTS, Policy, enrol
from .measures import summary
from .surface import closed_form, surface
from .targeting import TARGETS, ranked

__all__ = ["PAYMENTS", "TARGETS", "Policy", "closed_form", "enrol", "ranked", "summary", "surface"]
