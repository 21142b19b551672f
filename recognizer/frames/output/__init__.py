"""What becomes of results: annotated pictures and videos, JSON lines."""
