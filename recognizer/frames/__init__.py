"""Camera frames: find signs, recognize them, follow them."""
