"""What is wrong with the clusters that Argo CD is told about."""
