"""What is wrong on the way from a URL to a Service."""
