"""Settings: arguments > environment > [tool.footprint] in pyproject.toml > user's file > defaults.

`resolve` reads them all and says where each came from. A wrong setting given in code is refused on
the spot (UsageError); one found in the environment or a file is refused where a command was used,
and in a tracked program it is left out with one line on stderr.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, nearest, shown

#: Where a ledger is kept when nothing is said.
DEFAULT_LEDGER = "footprint-ledger"

#: Setting -> environment variable.
VARIABLES = {
    "ledger": "FOOTPRINT_LEDGER",
    "zone": "FOOTPRINT_ZONE",
    "carbon_intensity_g_per_kwh": "FOOTPRINT_CARBON_INTENSITY",
    "pue": "FOOTPRINT_PUE",
    "tariff_usd_per_kwh": "FOOTPRINT_TARIFF",
    "tariff_per_kwh": "FOOTPRINT_TARIFF_PER_KWH",
    "wue_l_per_kwh": "FOOTPRINT_WUE",
    "rental_per_device_hour": "FOOTPRINT_RENTAL",
    "instance": "FOOTPRINT_INSTANCE",
    "lifetime_years": "FOOTPRINT_LIFETIME_YEARS",
    "factors": "FOOTPRINT_FACTORS",
    "factor_sources": "FOOTPRINT_FACTOR_SOURCES",
    "organisation": "FOOTPRINT_ORGANISATION",
    "privacy": "FOOTPRINT_PRIVACY",
    "project": "FOOTPRINT_PROJECT",
    "host": "FOOTPRINT_HOST",
    "charge": "FOOTPRINT_CHARGE",
    "replay": "FOOTPRINT_REPLAY",
    "nvml_library": "FOOTPRINT_NVML_LIBRARY",
    "seal": "FOOTPRINT_SEAL",
    "disabled": "FOOTPRINT_DISABLED",
}

#: Setting -> (option of the command line, what to write for its value).
OPTIONS = {
    "ledger": ("--ledger", "DIR"),
    "zone": ("--zone", "ZONE"),
    "carbon_intensity_g_per_kwh": ("--carbon-intensity", "G_PER_KWH"),
    "pue": ("--pue", "X"),
    "tariff_per_kwh": ("--tariff", "PER_KWH"),
    "wue_l_per_kwh": ("--wue", "L_PER_KWH"),
    "rental_per_device_hour": ("--rental", "PER_HOUR"),
    "instance": ("--instance", "NAME"),
    "lifetime_years": ("--lifetime", "YEARS"),
    "factors": ("--factors", "FILE"),
    "factor_sources": ("--sources", "NAMES"),
    "organisation": ("--organisation", "FILE"),
    "privacy": ("--privacy", "PAIRS"),
    "project": ("--project", "NAME"),
    "replay": ("--replay", "FILE"),
}

#: What the settings mean, for `--help` and the reference.
HELP = {
    "ledger": "directory of the ledger",
    "zone": "place of the electricity: FRA, USA-CA, aws:eu-west-3, a country's name",
    "carbon_intensity_g_per_kwh": "grid intensity in g CO2e per kWh, instead of the zone's table",
    "pue": "power usage effectiveness of the facility, 1 to 5",
    "tariff_usd_per_kwh": "price of electricity in US dollars per kWh",
    "tariff_per_kwh": 'price of electricity per kWh in another currency: "0.18 EUR"',
    "wue_l_per_kwh": "water usage effectiveness: litres used on site per kWh of IT energy",
    "rental_per_device_hour": 'price of a device for an hour, electricity included: "2.10 USD"',
    "instance": "rented machine by its provider's name (p5.48xlarge), to look up its price",
    "lifetime_years": "for how many years hardware is kept, for embodied carbon",
    "factors": "TOML or CSV file of own factors, tariffs, contracts and prices",
    "factor_sources": "where factors come from, in order: own, electricity-maps, codecarbon, ...",
    "organisation": "file that says who reports are of and what they cover (organisation.toml)",
    "privacy": "names in reports: hosts=keep|hash|drop,users=keep|hash|drop,salt=SECRET",
    "live": "options of live providers by name: [tool.footprint.live.electricity-maps]",
    "project": "project that the work belongs to",
    "tags": "further names by key",
    "host": "how the host's name is recorded: name, hash, or none",
    "charge": "tree: a program is charged its share of the host's CPU; machine: all of it",
    "replay": "CSV trace to play instead of reading this machine's hardware",
    "nvml_library": "path of the NVML library",
    "seal": "auto: `run` and `meter` seal closed journals now and then; off: only `footprint seal`",
    "disabled": "true: nothing is tracked",
}


#: Settings that declare a place, a price or a lifetime -> their argument of `declare`.
DECLARED = {
    "zone": "zone",
    "carbon_intensity_g_per_kwh": "carbon_intensity",
    "pue": "pue",
    "tariff_per_kwh": "tariff",
    "wue_l_per_kwh": "wue",
    "rental_per_device_hour": "rental",
    "instance": "instance",
    "lifetime_years": "lifetime",
}


class Settings(NamedTuple):
    """What was set, checked; None where nothing was said. `origins`: where each was said."""

    ledger: Path = Path(DEFAULT_LEDGER)
    zone: str | None = None
    carbon_intensity_g_per_kwh: float | None = None
    pue: float | None = None
    tariff_per_kwh: str | None = None
    wue_l_per_kwh: float | None = None
    rental_per_device_hour: str | None = None
    instance: str | None = None
    lifetime_years: float | None = None
    factors: Path | None = None
    factor_sources: tuple[str, ...] | None = None
    organisation: Path | None = None
    privacy: Mapping[str, str] = {}
    live: Mapping[str, Mapping[str, Any]] = {}
    project: str | None = None
    tags: Mapping[str, str] = {}
    host: str = "name"
    charge: str = "tree"
    replay: str | None = None
    nvml_library: str | None = None
    seal: str = "auto"
    disabled: bool = False
    origins: Mapping[str, str] = {}

    def declared(self) -> dict[str, Any]:
        """What a run's context records of them."""
        names = (*DECLARED, "project", "charge")
        found = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.tags:
            found["tags"] = dict(self.tags)
        return found


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value not in allowed:
            raise UsageError(f"{name}={shown(value)} is not known: use {' or '.join(allowed)}")
        return str(value)

    return check


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str | os.PathLike) or not str(value):
        raise UsageError(f"{name}={shown(value)} must be text")
    return str(value)


def _folder(name: str, value: Any) -> Path:
    return Path(os.path.expanduser(_text(name, value)))  # noqa: PTH111 - one without a home stays


def _ledger(name: str, value: Any) -> Path:
    if isinstance(value, str) and "://" in value:
        raise UsageError(
            f"{name}={shown(value)} is no directory: record into a directory and copy it there with"
            " `footprint ship`; to read it, name it after the command"
        )
    return _folder(name, value)


def _flag(name: str, value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"": False, "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in words:
        raise UsageError(f"{name}={shown(value)} must be true or false")
    return words[word]


def _tags(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}={shown(value)} must be names by key")
    return {str(key): str(each) for key, each in value.items()}


def _tables(name: str, value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping) or not all(isinstance(v, Mapping) for v in value.values()):
        raise UsageError(f"{name}={shown(value)} must be tables by name of provider")
    return {str(key): dict(each) for key, each in value.items()}


def _names(name: str, value: Any) -> tuple[str, ...]:
    """Names in order: a list, or text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(each, str) for each in parts):
        raise UsageError(f"{name}={shown(value)} must be names, separated by commas")
    found = tuple(each.strip() for each in parts if each.strip())
    if not found:
        raise UsageError(f"{name} is empty: leave it out, or name a source")
    return found


#: What becomes of names in a report.
KEEP, HASH, DROP = "keep", "hash", "drop"

#: A salt that is shorter can be found by trying.
SHORTEST_SALT = 16


def _privacy(name: str, value: Any) -> dict[str, str]:
    """`hosts=hash,users=drop,salt=...`, or the same by key."""
    pairs: dict[str, str]
    if isinstance(value, str):
        split = [part.strip().partition("=") for part in value.split(",") if part.strip()]
        pairs = {key: each for key, _, each in split}
    elif isinstance(value, Mapping):
        pairs = dict(value)
    else:
        raise UsageError(f"{name}={shown(value)} must be text: hosts=hash,users=drop")
    if not pairs:
        raise UsageError(f"{name} is empty: leave it out, or give hosts=hash,users=drop")
    treat = _one_of(KEEP, HASH, DROP)
    for key, each in pairs.items():
        if key in (KEEP, HASH, DROP):
            raise UsageError(f"{name}: whose names? Give hosts={key},users={key}, or one of them")
        if key not in ("hosts", "users", "salt"):
            raise UsageError(
                f"{name}: {key} is not known: use hosts, users or salt."
                + nearest(str(key), ("hosts", "users", "salt"))
            )
        if key == "salt":
            salt(f"{name}: the salt", each)
        else:
            treat(f"{name} {key}", each)
    return pairs


def salt(where: str, value: Any) -> str:
    """A salt that is long enough. Raises UsageError for another one, which it does not repeat."""
    if not isinstance(value, str) or len(value) < SHORTEST_SALT:
        raise UsageError(
            f"{where} is too short and can be found by trying: give {SHORTEST_SALT} characters or"
            " more, as `openssl rand -hex 16` prints them"
        )
    return value


def _declared(argument: str, field: str) -> Callable[[str, Any], Any]:
    """A setting that the estimators check."""

    def check(name: str, value: Any) -> Any:
        from footprint.estimators.declared import declare
        from footprint.estimators.errors import EstimatorError

        try:
            found = getattr(declare(**{argument: value}), field)
        except EstimatorError as error:
            raise UsageError(str(error).replace(argument, name, 1)) from error
        if found is None:
            raise UsageError(f"{name} is empty: leave it out, or give a value")
        return f"{found.amount} {found.currency}" if argument in ("tariff", "rental") else found

    return check


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "ledger": _ledger,
    "zone": _declared("zone", "zone"),
    "carbon_intensity_g_per_kwh": _declared("carbon_intensity", "carbon_intensity_g_per_kwh"),
    "pue": _declared("pue", "pue"),
    "tariff_usd_per_kwh": _declared("tariff", "tariff_per_kwh"),
    "tariff_per_kwh": _declared("tariff", "tariff_per_kwh"),
    "wue_l_per_kwh": _declared("wue", "wue_l_per_kwh"),
    "rental_per_device_hour": _declared("rental", "rental_per_device_hour"),
    "instance": _declared("instance", "instance"),
    "lifetime_years": _declared("lifetime", "lifetime_years"),
    "factors": _folder,
    "factor_sources": _names,
    "organisation": _folder,
    "privacy": _privacy,
    "live": _tables,
    "project": _text,
    "tags": _tags,
    "host": _one_of("name", "hash", "none"),
    "charge": _one_of("tree", "machine"),
    "replay": _text,
    "nvml_library": _text,
    "seal": _one_of("auto", "off"),
    "disabled": _flag,
}

#: Two settings for one thing: the later source wins whichever of the two it uses.
_SAME = {"tariff_usd_per_kwh": "tariff_per_kwh"}


def check(name: str, value: Any) -> Any:
    """A setting's value, checked. Raises UsageError for unknown names and wrong values."""
    check_name(name)
    return _CHECKS[name](name, value)


def check_name(name: str) -> None:
    """Raises UsageError where there is no such setting."""
    if name not in _CHECKS:
        raise UsageError(
            f"{name} is not a setting: use {', '.join(_CHECKS)}.{nearest(name, _CHECKS)}"
        )


def resolve(
    arguments: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    home: Path | None = None,
    problems: list[str] | None = None,
) -> Settings:
    """All settings, from all their sources.

    Args:
        arguments: given in code or on the command line; None values count as not given.
        environ: the environment.
        directory: where to look for a pyproject.toml, upwards.
        home: the user's home.
        problems: takes one line for each wrong setting of the environment or a file, which is
            then left out; None: the first one raises UsageError.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def take(source: Mapping[str, Any], where: str, *, strict: bool) -> None:
        for name, value in source.items():
            try:
                checked = check(name, value)
            except UsageError as error:
                if strict or problems is None:
                    raise UsageError(f"{where}: {error}" if where else str(error)) from error
                problems.append(f"{where}: {error}")
                continue
            found[_SAME.get(name, name)] = checked
            origins[_SAME.get(name, name)] = where or "given"

    for path, table in _files(directory, home, problems):
        take(table, str(path), strict=False)
    variables = {
        name: environ[variable]
        for name, variable in VARIABLES.items()
        if environ.get(variable, "") != ""
    }
    for name, value in variables.items():
        take({name: value}, f"environment variable {VARIABLES[name]}", strict=False)
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    take(given, "", strict=True)
    return Settings(**found, origins=origins)


def _files(
    directory: Path | None, home: Path | None, problems: list[str] | None
) -> list[tuple[Path, Mapping[str, Any]]]:
    """The settings files, weakest first."""
    try:
        directory = directory or Path.cwd()
    except OSError:  # the working directory was removed
        directory = Path("/")
    home = home or Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises without one
    tables: list[tuple[Path, Mapping[str, Any]]] = []
    own = home / ".config/footprint/config.toml"
    if (content := _toml(own, problems)) is not None:
        tables.append((own, content))
    for folder in (directory, *directory.parents):
        project = folder / "pyproject.toml"
        if project.is_file():
            content = _toml(project, problems, must_contain="footprint")
            tool = (content or {}).get("tool")
            table = tool.get("footprint") if isinstance(tool, Mapping) else None
            if isinstance(table, Mapping):
                tables.append((project, table))
            break
    return tables


def _toml(
    path: Path, problems: list[str] | None, must_contain: str = ""
) -> Mapping[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # not ours to complain about: most people have no such file
    if must_contain not in text:
        return None
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if problems is None:
            raise UsageError(f"{path} is not TOML: {error}") from error
        problems.append(f"{path} is not TOML: {error}")
        return None
