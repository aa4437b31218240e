"""Orders that a shop tells, the mailing that each is counted for, and what a mailing brought in."""
