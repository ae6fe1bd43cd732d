"""baro sees what breaks in an Argo CD platform, and puts it right."""

__version__ = "0.1.0"
