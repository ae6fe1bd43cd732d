"""What is wrong with Secrets, ConfigMaps and claims, and with who makes them."""
