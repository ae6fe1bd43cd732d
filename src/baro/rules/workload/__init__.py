"""What is wrong between Services, Pods and images."""
