"""Times of documents: some are always there, some may not be."""

import datetime as dt

from mistral_client import Mistral


def age(client: Mistral, library_id: str) -> dict[str, dt.timedelta]:
    now = dt.datetime.now(dt.timezone.utc)
    return {
        document.name: now - document.created_at
        for document in client.beta.libraries.documents.list_all(library_id)
    }
