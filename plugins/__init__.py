"""Setting plugins: one folder a setting type; the core finds them and never names them."""
