"""The three systems as they are, in one process, against a model of them."""
