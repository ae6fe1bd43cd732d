"""What is wrong with the values that charts are given."""
