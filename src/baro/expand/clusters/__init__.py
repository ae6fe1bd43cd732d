"""The inventory: which clusters Argo CD knows, and what is said of them."""
