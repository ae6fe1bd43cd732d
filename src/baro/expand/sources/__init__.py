"""One source of an Application: prepared for its renderer, and what it printed."""
