"""House rules that test themselves: each failure names the file and the fix."""
