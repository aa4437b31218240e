"""How passwords are kept: Argon2id with the figures of OWASP's cheat sheet for little memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane (some 30 ms). Django's own 100 MiB for each attempt would let strangers use up the machine's memory."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
