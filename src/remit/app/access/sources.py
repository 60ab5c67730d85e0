"""What decides a permission beside policies, whatever the service.

What may live here: which service's rules read which kind of access.
"""

from __future__ import annotations

from functools import lru_cache

from remit.account.applying import Own
from remit.account.model import Document
from remit.app.access import kms, s3
from remit.app.access.model import NOTHING_BESIDE, Access, KmsAccess, Sources, Who


def sources(
    access: Access | None, policy: Document | None, action: str, about: str, caller: Who
) -> Sources:
    """What is beside the resource's `policy` for `action`. `about` names what a request is about
    within the resource: a grant of a key, by id or token; a version of an object."""
    if access is None:
        return NOTHING_BESIDE
    if isinstance(access, KmsAccess):
        return kms.sources(access, action, about, caller)
    return s3.sources(policy, access, action, about, caller.account)


@lru_cache(maxsize=1024)
def with_own(own: Own, more: tuple[Document, ...]) -> Own:
    """What a caller brings, and identity policies more."""
    return Own((*own.identity, *more), own.boundary, own.session, own.scp) if more else own
