"""``python3 app.py bench`` runs this."""

from tests.bench.compare import main

main()
