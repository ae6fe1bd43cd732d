"""Charts: read, bounded, found in stores and caches, fetched only when allowed."""
