"""The registry of actors: proposing, approving, merging, importing, reading it as of any change.

Every change is a numbered row, so that any past registry can be read. Names and aliases are kept folded
beside it for searching.
"""

from annotator.core.folding import folded
from annotator.registry.body import (
    ActorBody,
    ActorRole,
    BadActor,
    Known,
    check,
    differences,
    known,
    proposal_key,
    tidied,
)
from annotator.registry.countries import add_countries, countries_for
from annotator.registry.doubles import doubles_of, possible_doubles
from annotator.registry.exporting import as_csv, as_jsonl
from annotator.registry.importing import ActorsReport, import_actors
from annotator.registry.reading import (
    Changed,
    Directory,
    Stamp,
    actors_by_key,
    directory,
    find_actor,
    history,
    listed,
    merged_into,
    own_proposals,
    proposers,
    redirects,
    search,
    snapshot,
    stamp,
    visible_keys,
)
from annotator.registry.usage import Usage, last_count, usage, usage_of
from annotator.registry.writing import Overtaken, add, approve, merge, propose, split, write, write_all

__all__ = [
    "ActorBody", "ActorRole", "ActorsReport", "BadActor", "Changed", "Directory", "Known", "Overtaken",
    "Stamp", "Usage", "actors_by_key", "add", "add_countries", "approve", "as_csv", "as_jsonl", "check",
    "countries_for", "differences", "directory", "doubles_of", "find_actor", "folded", "history",
    "import_actors", "known", "last_count", "listed", "merge", "merged_into", "own_proposals",
    "possible_doubles", "proposal_key", "propose", "proposers", "redirects", "search", "snapshot",
    "split", "stamp", "tidied", "usage", "usage_of", "visible_keys", "write", "write_all",
]  # fmt: skip
