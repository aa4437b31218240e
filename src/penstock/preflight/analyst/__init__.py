"""The analyst: the process that looks at a mailing's message and at every recipient of it, and writes down what it finds."""
