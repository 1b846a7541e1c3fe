# The inner function is the whole API.
