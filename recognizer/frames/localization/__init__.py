"""Finding signs without knowing which: network, weights, training."""
