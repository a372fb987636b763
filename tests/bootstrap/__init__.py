"""From a bare Python to a running Daymark, and each thing that can be in the way."""
