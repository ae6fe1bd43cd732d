"""The parts of a lab: what each one needs and how it starts.

A part is declared, never started here. Every one listens on 127.0.0.1 only, on a
port of the site, and keeps its files in the site's folder.
"""
