"""Training of the localizer: scenes with real and with pasted signs, losses, loop."""
