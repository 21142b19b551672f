"""Training of the attribute network; needs the extra `signrules[train]`."""
