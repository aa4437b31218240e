"""What is measured, against what, and how to repeat it: see README.md here, docs/explanation/throughput.md for the figures."""
