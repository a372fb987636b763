"""The demo's morning in progress: some registers are in, one is late, a few children are not accounted for yet."""
