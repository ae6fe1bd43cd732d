"""What is wrong between an ApplicationSet and the Applications it generates."""
