"""Which line made a field, and which fields a line makes."""
