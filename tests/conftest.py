"""What holds for every test: a property is judged by its truth, never by how fast the machine was."""

from hypothesis import settings

settings.register_profile("truth", deadline=None)
settings.load_profile("truth")
