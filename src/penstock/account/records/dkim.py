"""The record of a DKIM key (RFC 6376 §3.6.1): is it ours, and if not, what exactly is wrong with it. Pure."""

import base64
import binascii
import re
from itertools import takewhile

from penstock.account.records.answers import Answer, Ask, Finding, State, led, unreachable

_SPACE = re.compile(r"\s+")


def name_of(selector: str, domain: str) -> str:
    """Return the name of a key's record."""
    return f"{selector}._domainkey.{domain}"


def judge(ask: Ask, domain: str, selector: str, algorithm: str, public: str) -> Finding:
    """Look for the record of a key, and compare. `public`: what p= is to be."""
    name = name_of(selector, domain)
    answer = ask(name, "TXT")
    if answer.trouble:
        return unreachable(name, answer)
    if not answer.values:
        return _missing(ask, domain, name, answer)
    if len(answer.values) > 1:
        return Finding(
            State.SEVERAL,
            f"{name} has {len(answer.values)} TXT records{led(answer)}; receivers may take any of them.",
            "Leave only the record of this key.",
            answer.values,
        )
    return _compare(answer, name, algorithm, public)


def _missing(ask: Ask, domain: str, name: str, answer: Answer) -> Finding:
    """Say that it is not there; and look for it under the name that a control panel makes of a whole name."""
    twice = f"{name}.{domain}"
    if not answer.alias and ask(twice, "TXT").values:
        return Finding(
            State.MISSING,
            f"There is no TXT record at {name}, but there is one at {twice}.",
            f"The domain's name was added twice. Enter {name.removesuffix('.' + domain)} as the record's name.",
        )
    if answer.alias:
        return Finding(
            State.MISSING,
            f"{name} leads to {answer.alias} (CNAME), where there is no TXT record.",
            "Take the CNAME away and set the TXT record, or set it where the CNAME leads.",
        )
    return Finding(
        State.MISSING,
        f"There is no TXT record at {name}.",
        "Set the record. When that was done, wait until the name servers have it: minutes, at times hours.",
    )


def _compare(answer: Answer, name: str, algorithm: str, public: str) -> Finding:
    text = answer.values[0]

    def wrong(what: str, cure: str = "Copy the record anew, as one whole.") -> Finding:
        return Finding(State.WRONG, f"The record at {name}{led(answer)} {what}.", cure, answer.values)

    if "\\;" in text or '"' in text or "\\" in text:
        return wrong(
            "holds quotation marks or backslashes as part of its text",
            "Enter it without quotation marks, and ; without a backslash before it.",
        )
    tags = _tags(text)
    if tags is None:
        return wrong("is no list of tags such as v=DKIM1; k=rsa; p=…")
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and not text.lstrip().startswith("v")):
        return wrong("does not begin with v=DKIM1")
    if "p" not in tags:
        return wrong("has no key (p=)")
    found = _SPACE.sub("", tags["p"])
    if not found:
        return wrong("says that the key is revoked (p= is empty)")
    kind = tags.get("k", "rsa")
    if found == public and kind == algorithm:
        return _right(answer, name, tags)
    return wrong(*_difference(found, kind, public, algorithm))


def _right(answer: Answer, name: str, tags: dict[str, str]) -> Finding:
    """The key is ours. Two tags can still keep receivers from taking its signatures."""
    hashes, services = tags.get("h"), tags.get("s", "*")
    if hashes is not None and "sha256" not in _listed(hashes):
        what, cure = f"allows {hashes} only (h=), and signatures use sha256", "Take h= out of the record."
        return Finding(State.WRONG, f"The record at {name} {what}.", cure, answer.values)
    if not {"*", "email"} & set(_listed(services)):
        what, cure = f"is not for e-mail (s={services})", "Take s= out of the record."
        return Finding(State.WRONG, f"The record at {name} {what}.", cure, answer.values)
    if "y" in _listed(tags.get("t", "")):
        return Finding(
            State.FOUND,
            f"The record at {name} is right{led(answer)}, and says that it is a test (t=y).",
            "Take t=y out: receivers may treat signed mail as if it were not.",
            answer.values,
        )
    return Finding(State.FOUND, f"The record at {name} is right{led(answer)}.", found=answer.values)


def _difference(found: str, kind: str, public: str, algorithm: str) -> tuple[str, str]:
    """Return what is different about a key that is not ours, and the cure."""
    again = "Copy the record anew, as one whole."
    if found == public:
        return f"has our key, but as k={kind}; it is one for k={algorithm}", f"Set k={algorithm}."
    if "BEGIN" in found.upper() and "KEY" in found.upper():
        return (
            "has the key with the lines around it (BEGIN PUBLIC KEY)",
            "Enter only what stands in the value given.",
        )
    if public.startswith(found):
        how = f"has only the first {len(found)} of the {len(public)} characters of the key: it was cut off"
        return (
            how,
            "Enter it in pieces of at most 255 characters, as in the zone file line, or whole where that is possible.",
        )
    if found.startswith(public):
        return "has something after the key", again
    try:
        base64.b64decode(found, validate=True)
    except binascii.Error:
        return "has a key that is no base64: characters were lost or changed", again
    if kind != algorithm:
        return f"has a key for k={kind}; this one is for k={algorithm}", again
    if _nearly(found, public):
        return "has our key with some characters changed", again
    return (
        "has another key: that of another selector, program or account",
        "Set this selector's key there; or make another key, whose selector nobody else has.",
    )


def _nearly(found: str, public: str) -> bool:
    """Whether two keys are the same but for one place or a few characters: typed or converted, not another key."""
    most = min(len(found), len(public))
    alike = _common(found, public) + _common(found[::-1], public[::-1])
    differing = sum(one != other for one, other in zip(found, public, strict=False))
    return 4 * min(alike, most) > 3 * len(public) or (
        len(found) == len(public) and 4 * differing < len(public)
    )


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _tags(text: str) -> dict[str, str] | None:
    """Return the tags of a record (RFC 6376 §3.2); None when it is no such list, or names one twice."""
    tags: dict[str, str] = {}
    for part in text.strip().rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or name.strip() in tags:
            return None
        tags[name.strip()] = value.strip()
    return tags


def _listed(value: str) -> list[str]:
    return [_SPACE.sub("", part) for part in value.split(":")]
