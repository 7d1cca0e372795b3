"""What holds for every test: a property is judged by its truth, never by how fast the machine was or by luck.

Examples are the same in every run, so that a red run is explained by a change. New ones are looked for with
`pytest --hypothesis-profile explore`; what they find goes in as an `@example`.
"""

from hypothesis import settings

settings.register_profile("truth", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile("truth")
