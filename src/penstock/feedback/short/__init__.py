"""Messages that people send by SMS: taken in, understood where a word of theirs is a command (STOP), listed."""
