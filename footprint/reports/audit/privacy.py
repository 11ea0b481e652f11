"""Names of hosts and people in a report: kept, hashed, or dropped.

The ledger is not changed: it is evidence. Of a report that was made, every text is gone through,
whoever wrote it: names that the ledger knows are replaced wherever they stand as words. Two kinds
of texts go as a whole: journals in the head are told by their writer (their file names begin with
the host's), and a ledger's path by its last part (a home directory has somebody's name).

A hash is the first 12 hexadecimal digits of HMAC-SHA256 under a secret salt. Without a salt,
whoever can guess a name can check the guess, and names of hosts can be guessed: the report says so.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from footprint.accounts.outline import Outline
from footprint.errors import UsageError
from footprint.estimators.errors import Gap
from footprint.ledger.journal import safe_host
from footprint.ledger.proofs.head import nameless
from footprint.reports.audit.texts import changed
from footprint.reports.view import Report
from footprint.settings import DROP, HASH, KEEP

#: Tags that name people.
OF_USERS = ("user", "username", "owner", "author", "email", "who")

#: Fields whose values are words of ours, of a standard, or hashes.
_OURS = frozenset(
    {
        "kind",
        "device_kind",
        "tier",
        "status",
        "part",
        "unit",
        "action",
        "absorption",
        "by",
        "sha256",
    }
    | {"role", "digest", "schema", "tiers_energy", "tiers_carbon", "used_for", "license", "version"}
)

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: A journal's name: the host between the time and the process, known to the ledger or not.
_JOURNAL = re.compile(r"(\b\d{8}T\d{6}Z-)([^/\s]+?)(-\d+-[0-9a-f]{8}\b[^/\s]*\.fpj)")
#: What stands there where no host does.
_NO_HOST = ("...", "corrections")
_HOME = re.compile(r"/(?:home|Users)/[^/\s:'\"]+|[A-Z]:\\Users\\[^\\\s:'\"]+")


class Privacy(NamedTuple):
    """What becomes of names: `keep`, `hash` or `drop`; `salt`: empty where there is none."""

    hosts: str = KEEP
    users: str = KEEP
    salt: str = ""

    @property
    def keeps_all(self) -> bool:
        """Whether every name stays."""
        return self.hosts == self.users == KEEP

    def to_json(self) -> dict[str, Any]:
        """What a report says of it: never the salt."""
        return {"hosts": self.hosts, "users": self.users, "salted": bool(self.salt)}


def of(*sources: Mapping[str, str]) -> Privacy:
    """From the file and the settings, the later ones winning key by key."""
    merged = {key: value for source in sources for key, value in source.items()}
    return Privacy(**merged)


def check_fields(privacy: Privacy, by: Iterable[str]) -> None:
    """Raises UsageError where groups are asked for by names that are dropped."""
    for field in by:
        which = _named_by(field)
        if which and getattr(privacy, which) == DROP:
            raise UsageError(
                f"--by {field} needs names that privacy drops: leave the field out, or hash them"
                f" ({which}={HASH})"
            )


def _named_by(field: str) -> str:
    """Whose names a field holds: `hosts` or `users`; empty for other fields."""
    of_user = field.startswith("tag.") and field[4:] in OF_USERS
    return "hosts" if field == "host" else "users" if of_user else ""


def _keeps(privacy: Privacy, by: Iterable[str]) -> bool:
    """Whether no names of some fields are dropped."""
    whose = {_named_by(field) for field in by} - {""}
    return all(getattr(privacy, each) != DROP for each in whose)


class Names:
    """The names that a ledger knows, and what stands for them.

    Args:
        privacy: what becomes of them.
        hosts, users: the names.
        places: ledgers and files as they were named: they are cut to their last part.
    """

    def __init__(
        self,
        privacy: Privacy,
        hosts: Iterable[str],
        users: Iterable[str],
        places: Iterable[str] = (),
    ) -> None:
        self.privacy = privacy
        self._stands: dict[str, str] = {}
        for kind, treatment, names in (
            ("host", privacy.hosts, hosts),
            ("user", privacy.users, users),
        ):
            for name in sorted({each for each in names if each and treatment != KEEP}):
                stand = self._stand(kind, name) if treatment == HASH else ""
                for form in (_host_forms if kind == "host" else _user_forms)(name):
                    self._stands.setdefault(form.casefold(), stand)
        longest = sorted(self._stands, key=lambda each: (-len(each), each))
        self._known = (
            re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest))})(?![^\W_])", re.I)
            if longest
            else None
        )
        paths = {place: _last(place) for place in places if _last(place) != place}
        self._paths = sorted(paths.items(), key=lambda each: (-len(each[0]), each[0]))
        self._done: dict[str, str] = {}

    def _stand(self, kind: str, name: str) -> str:
        said = f"{kind}:{name}".encode()
        digest = hmac.new(self.privacy.salt.encode(), said, hashlib.sha256).hexdigest()
        return f"{kind}-{digest[:12]}"

    def name(self, name: str) -> str:
        """What stands for a whole name; text in which there are names, otherwise."""
        stand = self._stands.get(name.casefold())
        return self.text(name) if stand is None else stand

    def text(self, text: str) -> str:
        """A text without the names in it; a name that is dropped leaves `...`."""
        if text not in self._done:
            found = text
            for path, last in self._paths:
                found = found.replace(path, last)
            found = _HOME.sub("~", found)
            if self._known is not None:
                found = self._known.sub(lambda hit: self._stands[hit[0].casefold()] or "...", found)
            if self.privacy.hosts != KEEP:
                found = _JOURNAL.sub(self._journal, found)
            self._done[text] = found
        return self._done[text]

    def _journal(self, hit: re.Match[str]) -> str:
        """A journal's name without the host that it is of: one too damaged to say it, too."""
        host = hit[2]
        if host not in _NO_HOST and host not in self._stands.values():
            host = self._stand("host", host) if self.privacy.hosts == HASH else "..."
        return f"{hit[1]}{host}{hit[3]}"

    def of(self, text: str, field: str) -> str:
        """A text of a field, for `texts.changed`."""
        whole = field in ("host", "who") or field.removeprefix("tag.") in OF_USERS
        return self.name(text) if whole else self.text(text)


def names(
    privacy: Privacy,
    outlines: Sequence[Outline],
    places: Iterable[str],
    declared: Iterable[str] = (),
) -> Names:
    """The names that ledgers know: of their writers' hosts, of who corrected them, in tags.

    Args:
        privacy: what becomes of them.
        outlines: the ledgers, that of the base year too.
        places: ledgers and files as they were named.
        declared: hosts that the organisation's file names, in the ledgers or not.
    """
    hosts = [*(one.host for each in outlines for one in each.facts), *declared]
    return Names(privacy, hosts, (user for each in outlines for user in _users(each)), places)


def _users(outline: Outline) -> Iterator[str]:
    for applied in outline.corrections:
        yield applied.correction.who
    for one in outline.facts:
        tags = [(one.context.get("declared") or {}).get("tags") or {}]
        tags += [path.tags for path in one.paths.values()]
        for each in tags:
            yield from (str(value) for key, value in each.items() if key in OF_USERS)


def without_names(report: Report, known: Names) -> Report:
    """A report without the names that are known.

    Heads tell journals by their writers: `footprint verify --head` takes them like others.
    """
    heads = tuple(nameless(each) for each in report.heads)
    found: Report = changed(report._replace(heads=()), known.of)
    rows = sorted(found.conservation, key=lambda each: (each.host, each.device))
    cuts = tuple(each for each in found.cuts if _keeps(known.privacy, each.by))
    return found._replace(heads=heads, conservation=tuple(rows), cuts=cuts)


def assumptions(privacy: Privacy) -> Iterator[str]:
    """What a reader has to know of the names."""
    if privacy.hosts == DROP:
        yield "names of hosts are left out of this report"
    if privacy.hosts == HASH:
        yield "names of hosts are hashed: the same name has the same hash under one salt"
    if privacy.users == DROP:
        yield "names of users are left out of this report"
    if privacy.users == HASH:
        yield "names of users are hashed: the same name has the same hash under one salt"


def gaps(privacy: Privacy) -> Iterator[Gap]:
    """That hashes without a salt hide little."""
    if HASH in (privacy.hosts, privacy.users) and not privacy.salt:
        yield Gap(
            "privacy",
            "names are hashed without a salt: whoever can guess a name can check the guess",
            "give a salt: [privacy] in organisation.toml, or FOOTPRINT_PRIVACY",
        )


def _host_forms(name: str) -> tuple[str, ...]:
    """A host's name, and what the names of its journals have of it."""
    return tuple(dict.fromkeys((name, safe_host(name))))


def _user_forms(name: str) -> tuple[str, ...]:
    """A user's name as it stands, without the address beside it, the addresses alone."""
    mails = _MAIL.findall(name)
    bare = re.sub(r"[<(][^<>()]*[>)]", "", name).strip()
    return tuple(dict.fromkeys(each for each in (name, bare, *mails) if each))


def _last(place: str) -> str:
    """A path that starts at the root or at home, cut to its last part; another as it is."""
    path = PurePath(place)
    return path.name or place if path.is_absolute() or place.startswith("~") else place
