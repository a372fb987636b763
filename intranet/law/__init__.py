"""The ground floor: dated codes, parameters and pure functions over them. It imports nothing else of this project."""
