"""Every measurement, one after the other: a short form of some minutes, or the whole.

usage: python -m bench [--full] [--only NAME]…

A measurement that this machine cannot do (no Postfix, no root) is left out with the reason.
"""

import argparse
import subprocess
import sys
import time

# name: (arguments of the short form, of the whole, seconds after which it is ended)
MEASUREMENTS: dict[str, tuple[list[str], list[str], int]] = {
    "throughput": (["--recipients", "30000", "--rounds", "3", "--million", "0"], [], 3600),
    "smtp_client": (["--messages", "30000", "--rounds", "3"], [], 900),
    "smpp_libraries": ([], ["--seconds", "3"], 300),
    "latency": (["--recipients", "4000"], [], 300),
    "footprint": (["--counts", "10000,50000", "--repeat", "3,1"], [], 1200),
    "pause": (["--times", "5", "--recipients", "150000"], ["--times", "30"], 900),
    "import_contacts": (["--counts", "100000", "--rounds", "1"], [], 1800),
    "render": (["--repeat", "3"], [], 300),
    "sms": (["--recipients", "20000", "--rounds", "1"], [], 900),
    "sms_text": (["--repeat", "2"], [], 300),
    "tracking": (["--recipients", "20000", "--rounds", "3", "--repeat", "3"], [], 900),
    "analysis": (
        ["--recipients", "100000", "--bare", "50000", "--sent", "20000", "--sendings", "3"],
        [],
        1800,
    ),
    "tracking_endpoints": (
        ["--seconds", "10", "--requests", "30000", "--rounds", "1", "--recipients", "50000"],
        [],
        900,
    ),
    "pages": (["--mailings", "2000", "--contacts", "50000", "--times", "5"], [], 1800),
    "limits": (["--rates", "1,100,10000", "--seconds", "6", "--recipients", "150000"], [], 900),
    "segments": (["--counts", "100000", "--rounds", "3"], ["--counts", "100000,1000000,10000000"], 3600),
    "boards": (["--recipients", "50000", "--pairs", "2"], [], 1800),
    "costs": ([], [], 300),
    "simulation": (["--recipients", "5000000", "--mailings", "50", "--workers", "10"], [], 600),
    "dkim": (["--rounds", "7", "--recipients", "10000", "--sendings", "1"], [], 900),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--full", action="store_true", help="as many recipients and rounds as the figures in the docs"
    )
    parser.add_argument("--only", action="append", choices=sorted(MEASUREMENTS))
    given = parser.parse_args()
    failed = []
    for name, (short, whole, seconds) in MEASUREMENTS.items():
        if given.only and name not in given.only:
            continue
        print(f"== {name}", flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}", *(whole if given.full else short)]
        try:
            if subprocess.run(command, check=False, timeout=seconds).returncode:
                failed.append(name)
        except subprocess.TimeoutExpired:
            failed.append(f"{name} (ended after {seconds} s)")
        print(f"   {name}: {time.monotonic() - began:.0f} s\n", flush=True)
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
