"from the entry point"
