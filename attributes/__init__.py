"""Pixels to attributes: vocabulary, network, predictor, training."""
