"""Settings for all tests."""

import os

# The suite runs one process per core; more threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
