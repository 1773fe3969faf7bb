"""What scripts/check_pytorch.py compares: configurations, drawn at random."""
