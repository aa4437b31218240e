"""What the demo sends, to whom, and the server that catches it."""
