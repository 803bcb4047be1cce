"""Files up and down."""

import io
from pathlib import Path

from mistral_client import File, Mistral

client = Mistral()
stored = client.files.upload(file=Path("a.pdf"), purpose="ocr")
client.files.upload(file=File(file_name="a.txt", content=b"a"), purpose="batch")
client.files.upload(file=io.BytesIO(b"a"), purpose="ocr")
client.files.upload(file={"file_name": "a.txt", "content": b"a"}, purpose="ocr")
size: int = client.files.download_to(stored.id, "copy.pdf")
content: bytes = client.files.download(stored.id, timeout=10)
print(stored.filename, stored.bytes, size, len(content))
