"""`python -m penstock`: the same as the `penstock` command."""

import sys

from penstock.cli import main

if __name__ == "__main__":
    sys.argv[0] = "penstock"  # as others see us among the processes of a home
    main()
