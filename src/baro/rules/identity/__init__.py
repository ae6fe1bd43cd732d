"""What is wrong between an application and its identity provider."""
