"""What the API server refuses of Argo CD's own objects, before Argo CD sees them."""
