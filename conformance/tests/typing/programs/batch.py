"""A batch job."""

import datetime as dt

from mistral_client import Mistral

client = Mistral()
job = client.batch.jobs.create(
    input_files=["file-1"], model="mistral-small-latest", endpoint="/v1/chat/completions"
)
while job.status in {"QUEUED", "RUNNING"}:
    job = client.batch.jobs.get(job.id)
print(job.total_requests - job.succeeded_requests, job.output_file)
print(dt.datetime.fromtimestamp(job.created_at, dt.timezone.utc))
