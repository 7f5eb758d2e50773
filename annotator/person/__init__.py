"""People: who they are, how they sign in, and whether they still may."""

from annotator.person.links import LIFE_OF_LINK, find_link, make_link, use_link
from annotator.person.names import (
    check_name,
    find_by_name,
    find_person,
    folded_name,
    imported_person,
    known_person,
)
from annotator.person.passwords import check_password, hashed, is_outdated, matches, set_password
from annotator.person.people import (
    add_person,
    deactivate,
    everybody,
    reactivate,
    set_site_admin,
    site_admins,
)
from annotator.person.sign_in import (
    end_all,
    end_session,
    find_session,
    is_stale,
    open_sessions,
    record_failure,
    renew,
    renew_all,
    start_session,
    touch,
    wait_before,
)

__all__ = [
    "LIFE_OF_LINK", "add_person", "check_name", "check_password", "deactivate", "end_all", "end_session",
    "everybody", "find_by_name", "find_link", "find_person", "find_session", "folded_name", "hashed",
    "imported_person", "is_outdated", "is_stale", "known_person", "make_link", "matches", "open_sessions",
    "reactivate", "record_failure", "renew", "renew_all", "set_password", "set_site_admin", "site_admins",
    "start_session", "touch", "use_link", "wait_before",
]  # fmt: skip
