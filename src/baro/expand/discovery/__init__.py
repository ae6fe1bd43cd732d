"""What stands in a tree, and what a `baro.yaml` for it would say."""
