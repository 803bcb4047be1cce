"""A library from its creation to its end."""

import datetime as dt

from mistral_client import Mistral, NotFound
from mistral_client.models import Document, Library


def oldest(client: Mistral) -> tuple[Library, dt.datetime]:
    libraries = list(client.beta.libraries.list_all(page_size=50))
    first = min(libraries, key=lambda library: library.created_at)
    return first, first.created_at.astimezone(dt.timezone.utc)


def keep(client: Mistral, path: str) -> Document:
    library = client.beta.libraries.create(name="Papers", description=None)
    documents = client.beta.libraries.documents
    paper = documents.upload(library_id=library.id, file=path)
    done = documents.wait(library_id=library.id, document_id=paper.id, timeout=60)
    print(done.name, done.number_of_pages or 0, (done.summary or "").upper())
    try:
        client.beta.libraries.get(library_id="0")
    except NotFound as error:
        print(error.status + 1, error.message, error.request_id)
    return done
