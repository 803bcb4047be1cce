# generated from async_documents.py by scripts/generate.py; do not edit
"""The documents of a library, with what the API has no operation for: many, and waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from mistral_client.polling import poll
from mistral_client.waiting import wait_for_document
from mistral_generated.api.beta_libraries_documents import Documents as _Documents
from mistral_generated.api.beta_libraries_documents.upload import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_client.send import Sender
    from mistral_generated.files import FileInput
    from mistral_generated.models import Document, ProcessingStatus
    from mistral_generated.types import CallOptions


class Documents(_Documents):
    """The generated operations, `upload_all` and `wait`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    def upload_all(
        self,
        library_id: str,
        paths: Iterable[FileInput],
        *,
        workers: int = 4,
        on_progress: Callable[[int], object] | None = None,
        **options: Unpack[CallOptions],
    ) -> Iterator[Document]:
        """Iterate over the documents of any number of files, in their order.

        Files are what `upload` takes; they are read while they are sent, `workers` at once.
        `on_progress` is called with the number of files that are done after each. The options are
        those of `upload`.

        A file that fails holds up no other.

        Raises:
            UploadFailed: Some files failed; it comes when all are done, and says which did and why,
                and what became of the others.
            TypeError: An argument is of the wrong type; nothing has been sent then.
            ValueError: An argument makes no sense; nothing has been sent then.

        """
        # loaded when they are used: a single upload needs neither
        from mistral_client.bulk import check_files  # noqa: PLC0415
        from mistral_client.uploads import upload_each  # noqa: PLC0415

        prepare(library_id, file=b"")
        check_files(paths, workers, on_progress)

        def upload(file: FileInput) -> Document:
            return self.upload(library_id, file=file, **options)

        operation = "beta.libraries.documents.upload_all"
        return upload_each(upload, paths, operation, workers, on_progress)

    def wait(
        self,
        library_id: str,
        document_id: str,
        *,
        timeout: float = 600.0,
        poll_interval: float = 0.5,
        max_interval: float = 5.0,
        on_progress: Callable[[ProcessingStatus], object] | None = None,
    ) -> Document:
        """Wait until a document is processed, and return it as it is then.

        Asks for the status after `poll_interval` seconds, then ever less often, at most every
        `max_interval` seconds, for `timeout` seconds in all. `on_progress` is called with every
        status, the last one included.

        Raises:
            ProcessingFailed: Processing ends in an error.
            TimedOut: It takes too long.
            MistralError: As `status` and `get`.

        """
        timing = self._sender.context.timing
        wait = wait_for_document(document_id, timing, timeout, poll_interval, max_interval)
        poll(lambda: self.status(library_id, document_id), wait, on_progress)
        return self.get(library_id, document_id)
