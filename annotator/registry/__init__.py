"""The registry of actors: proposing, approving, merging, importing, reading it as of any change.

Every change is a numbered row, so that any past registry can be read. Names and aliases are kept folded
beside it for searching.
"""

from annotator.core.folding import folded
from annotator.registry.body import ActorBody, ActorRole, BadActor, Known, known, proposal_key
from annotator.registry.countries import add_countries, countries_for
from annotator.registry.exporting import as_csv, as_jsonl
from annotator.registry.importing import ActorsReport, import_actors
from annotator.registry.reading import (
    Directory,
    Stamp,
    actors_by_key,
    directory,
    find_actor,
    own_proposals,
    proposers,
    redirects,
    search,
    snapshot,
    stamp,
    visible_keys,
)
from annotator.registry.writing import Overtaken, add, approve, merge, propose, split, write, write_all

__all__ = [
    "ActorBody", "ActorRole", "ActorsReport", "BadActor", "Directory", "Known", "Overtaken", "Stamp",
    "actors_by_key", "add", "add_countries", "approve", "as_csv", "as_jsonl", "countries_for",
    "directory", "find_actor", "folded", "import_actors", "known", "merge", "own_proposals",
    "proposal_key", "propose", "proposers", "redirects", "search", "snapshot", "split", "stamp",
    "visible_keys", "write", "write_all",
]  # fmt: skip
