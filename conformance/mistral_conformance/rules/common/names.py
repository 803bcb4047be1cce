"""The operations that the rules call, by constants, so that a misspelt one cannot be imported."""

from __future__ import annotations

REPROCESS = "beta.libraries.documents.reprocess"
LIST_FILES = "files.list"
LIST_LIBRARIES = "beta.libraries.list"
CREATE_LIBRARY = "beta.libraries.create"
GET_LIBRARY = "beta.libraries.get"
PATCH_LIBRARY = "beta.libraries.update"
PUT_LIBRARY = "beta.libraries.update_with_put"
DELETE_LIBRARY = "beta.libraries.delete"

LIST_DOCUMENTS = "beta.libraries.documents.list"
UPLOAD_DOCUMENT = "beta.libraries.documents.upload"
GET_DOCUMENT = "beta.libraries.documents.get"
PATCH_DOCUMENT = "beta.libraries.documents.update"
DELETE_DOCUMENT = "beta.libraries.documents.delete"
TEXT_CONTENT = "beta.libraries.documents.text_content"
STATUS = "beta.libraries.documents.status"

LIST_ACCESSES = "beta.libraries.accesses.list"
SHARE = "beta.libraries.accesses.update_or_create"
UNSHARE = "beta.libraries.accesses.delete"

UPLOAD_FILE = "files.upload"
GET_FILE = "files.retrieve"
DELETE_FILE = "files.delete"
DOWNLOAD_FILE = "files.download"
FILE_URL = "files.get_signed_url"

LIST_MODELS = "models.list"
GET_MODEL = "models.retrieve"

CHAT = "chat.complete"
