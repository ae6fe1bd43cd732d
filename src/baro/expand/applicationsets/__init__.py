"""What an ApplicationSet gives: templates, texts and patches as Argo CD has them."""
