"""Command line: the verbs of `silvafisc`, thin over `silvafisc.runs` and `silvafisc.briefing`.

Importing it loads neither pandas nor a solver nor matplotlib; each verb imports what it needs when it is called.
"""
