"""The files of a workspace, with what the API has no operation for: many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from mistral_generated.api.files import AsyncFiles as _AsyncFiles
from mistral_generated.api.files.upload import prepare
from mistral_generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable

    from mistral_generated.files import FileInput
    from mistral_generated.models import CreateFileResponse, FilePurpose, FileVisibility
    from mistral_generated.types import CallOptions, Unset


class AsyncFiles(_AsyncFiles):
    """The generated operations and `upload_all`."""

    def upload_all(
        self,
        paths: Iterable[FileInput] | AsyncIterable[FileInput],
        *,
        purpose: FilePurpose | Unset | None = UNSET,
        visibility: FileVisibility | Unset | None = UNSET,
        expiry: int | Unset | None = UNSET,
        workers: int = 4,
        on_progress: Callable[[int], object] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[CreateFileResponse]:
        """Iterate over what the server says of any number of files, in their order.

        Files are what `upload` takes; they are read while they are sent, `workers` at once.
        `on_progress` is called with the number of files that are done after each. All else is as
        in `upload`.

        A file that fails holds up no other.

        Raises:
            UploadFailed: Some files failed; it comes when all are done, and says which did and why,
                and what became of the others.
            TypeError: An argument is of the wrong type; nothing has been sent then.
            ValueError: An argument makes no sense; nothing has been sent then.

        """
        # loaded when they are used: a single upload needs neither
        from mistral_client.async_uploads import upload_each_async  # noqa: PLC0415
        from mistral_client.bulk import check_files  # noqa: PLC0415

        prepare(file=b"", purpose=purpose, visibility=visibility, expiry=expiry)
        check_files(paths, workers, on_progress)

        async def upload(file: FileInput) -> CreateFileResponse:
            return await self.upload(
                file=file, purpose=purpose, visibility=visibility, expiry=expiry, **options
            )

        return upload_each_async(upload, paths, "files.upload_all", workers, on_progress)
