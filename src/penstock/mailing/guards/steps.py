"""Guards of chains: what a step waits for, what goes with it. Pure."""

from penstock.mailing.guards.known import Arguments, Facts, Refusal


def not_a_step(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It goes out by itself, not after another mailing."""
    if facts.follows is not None:
        return Refusal(
            "is_a_step",
            f"It is a step of a chain: it goes out after mailing {facts.follows}, to each recipient when the delay is over.",
        )
    return None


def is_later_step(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It follows another mailing."""
    return None if facts.follows is not None else Refusal("not_a_step", "It follows no other mailing.")


def more_comes(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The mailing that it follows may reach somebody yet."""
    return None if facts.more_to_come else Refusal("nobody_comes", "Nobody is to come any more.")


def nobody_to_come(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Of a step: the earlier one is settled, and the last delay is over."""
    if facts.more_to_come:
        return Refusal(
            "more_to_come", f"Mailing {facts.follows} reaches somebody yet, or a delay is not over."
        )
    return None


def no_later_statistics(facts: Facts, arguments: Arguments) -> Refusal | None:
    """None of the later steps, which would go with it, has been sent to anybody."""
    if facts.later_started:
        names = ", ".join(f"mailing {number}" for number in facts.later_started)
        return Refusal(
            "later_statistics", f"Later steps of its chain have statistics: {names}. So it cannot be deleted."
        )
    return None


def steps_confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Whoever deletes a step with later ones says how many mailings go."""
    go = facts.later_steps + 1
    if facts.later_steps and arguments.get("steps") != go:
        later = "one later step" if facts.later_steps == 1 else f"{facts.later_steps} later steps"
        return Refusal(
            "steps_required",
            f'It is deleted for good, and {later} of its chain with it: give "steps": {go}, the number of mailings that go.',
        )
    return None
