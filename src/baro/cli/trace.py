"""`baro trace`."""
