"""What compare_pytorch.py and scaling share: running dtheta, summing up, plotting."""
