"""A demo with obviously invented people: five settings in two organisations, two school years and a morning in progress."""
