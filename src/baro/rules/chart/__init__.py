"""What is wrong between a chart and what it renders."""
