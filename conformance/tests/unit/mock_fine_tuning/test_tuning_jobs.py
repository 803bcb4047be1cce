from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_fine_tuning.conftest import HOUR_S, LABELLED, SAMPLE, TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from tests.unit.mock_fine_tuning.conftest import Create

    from mistral_mock.server import RunningServer

JOBS = "/v1/fine_tuning/jobs"
NOBODY = "11111111-1111-4111-8111-111111111111"
STATES = ["QUEUED", "VALIDATING", "VALIDATED", "STARTED", "RUNNING", "SUCCESS"]


def read(api: httpx.Client, job: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"{JOBS}/{job.json()['id']}").json()
    return found


def told(job: dict[str, Any]) -> list[str]:
    return [event["data"]["status"] for event in job["events"]]


def find(api: httpx.Client, **query: Any) -> list[str]:
    return [job["id"] for job in api.get(JOBS, params=query).json()["data"]]


def test_answers_have_their_schema(
    server: RunningServer,
    api: httpx.Client,
    create: Create,
    upload: Callable[..., str],
    holds: Callable[[str, object], bool],
) -> None:
    labelled = [{"file_id": upload(*LABELLED)}]
    jobs = [create(auto_start=True), create(training_files=labelled, classifier_targets=TARGETS)]
    server.clock.advance(60)
    assert [holds("FineTuningJob", job.json()) for job in jobs] == [True, True]
    assert [holds("FineTuningJobDetails", read(api, job)) for job in jobs] == [True, True]
    assert holds("FineTuningJobList", api.get(JOBS).json())
    assert holds("FineTuningDryRun", create(dry_run=True).json())


def test_job_passes_its_states_in_order(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    job, seen = create(auto_start=True), []
    for _ in range(250):
        seen.append(read(api, job)["status"])
        server.clock.advance(1)
    assert list(dict.fromkeys(seen)) == STATES == told(read(api, job))


def test_job_starts_by_itself_unless_told_to_wait(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    jobs = [create(), create(auto_start=False)]
    server.clock.advance(HOUR_S)
    assert [read(api, job)["status"] for job in jobs] == ["SUCCESS", "VALIDATED"]


def test_classifier_without_targets_takes_those_of_its_samples(
    server: RunningServer, api: httpx.Client, upload: Callable[..., str], create: Create
) -> None:
    moods: list[Any] = ["good", ["bad"], "good"]
    files = [{"file_id": upload(*({"text": "So.", "labels": {"mood": one}} for one in moods))}]
    job = create(model="ministral-3b-latest", job_type="classifier", training_files=files)
    server.clock.advance(HOUR_S)
    model = read(api, job)["fine_tuned_model"]
    judged = api.post("/v1/classifications", json={"model": model, "input": "So."}).json()
    assert judged["results"][0]["mood"]["scores"].keys() == {"good", "bad"}


def test_one_long_step_of_the_clock_is_as_good_as_many(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    ahead = create(auto_start=True)
    server.clock.advance(HOUR_S)
    jumped = read(api, ahead)
    slow = create(auto_start=True)
    for _ in range(60):
        server.clock.advance(HOUR_S / 60)
        read(api, slow)
    walked = read(api, slow)
    assert jumped["status"] == walked["status"] == "SUCCESS"
    starts = [job["created_at"] for job in (jumped, walked)]
    times = [
        [event["created_at"] - start for event in job["events"]]
        for job, start in zip((jumped, walked), starts, strict=True)
    ]
    assert times[0] == times[1]


def test_job_waits_for_its_start(server: RunningServer, api: httpx.Client, create: Create) -> None:
    job = create(auto_start=False)
    server.clock.advance(HOUR_S)
    assert read(api, job)["status"] == "VALIDATED"
    assert api.post(f"{JOBS}/{job.json()['id']}/start").json()["status"] == "STARTED"
    server.clock.advance(HOUR_S)
    assert read(api, job)["status"] == "SUCCESS"


def test_job_that_is_started_early_starts_when_validated(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    job = create(auto_start=False)
    assert api.post(f"{JOBS}/{job.json()['id']}/start").json()["status"] == "QUEUED"
    server.clock.advance(HOUR_S)
    assert read(api, job)["status"] == "SUCCESS"


def test_checkpoints_come_as_time_goes_on(
    server: RunningServer, api: httpx.Client, create: Create, upload: Callable[..., str]
) -> None:
    job = create(auto_start=True, validation_files=[upload()])
    server.clock.advance(108)
    half = read(api, job)["checkpoints"]
    server.clock.advance(HOUR_S)
    whole = read(api, job)["checkpoints"]
    assert [point["step_number"] for point in whole] == [10 * n for n in range(1, 11)]
    assert whole[: len(half)] == half
    assert len(half) == 5
    losses = [point["metrics"]["valid_loss"] for point in whole]
    assert losses[0] > losses[-1]


@pytest.mark.parametrize("wait_s", [0, 3, 30, 60])
def test_cancelled_job_ends_without_a_model(
    server: RunningServer, api: httpx.Client, create: Create, wait_s: int
) -> None:
    job = create(auto_start=True)
    server.clock.advance(wait_s)
    path = f"{JOBS}/{job.json()['id']}"
    asked = api.post(f"{path}/cancel").json()
    points = asked["checkpoints"]
    assert asked["status"] == "CANCELLATION_REQUESTED"
    assert api.post(f"{path}/start").status_code == 422
    server.clock.advance(HOUR_S)
    ended = read(api, job)
    assert (ended["status"], ended["fine_tuned_model"]) == ("CANCELLED", None)
    assert ended["checkpoints"] == points
    assert api.post(f"{path}/start").status_code == 422


def test_job_that_has_ended_is_not_cancelled(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    job = create(auto_start=True)
    server.clock.advance(HOUR_S)
    assert api.post(f"{JOBS}/{job.json()['id']}/cancel").json() == read(api, job)
    assert api.post(f"{JOBS}/{job.json()['id']}/start").status_code == 422


def test_job_fails_when_a_file_is_deleted_before_its_training(
    server: RunningServer, api: httpx.Client, create: Create, upload: Callable[..., str]
) -> None:
    file = upload()
    job = create(training_files=[{"file_id": file}], auto_start=True)
    api.delete(f"/v1/files/{file}")
    server.clock.advance(HOUR_S)
    failed = read(api, job)
    assert failed["status"] == "FAILED"
    assert "gone" in failed["events"][-1]["data"]["error"]


def test_job_fails_when_a_file_has_expired_before_its_training(
    server: RunningServer, api: httpx.Client, create: Create
) -> None:
    part = ("train.jsonl", json.dumps(SAMPLE).encode(), "application/jsonl")
    form = {"purpose": "fine-tune", "expiry": "1"}
    file = api.post("/v1/files", files={"file": part}, data=form).json()["id"]
    job = create(training_files=[{"file_id": file}], auto_start=False)
    server.clock.advance(HOUR_S)
    assert api.post(f"{JOBS}/{job.json()['id']}/start").status_code == 200
    server.clock.advance(HOUR_S)
    assert read(api, job)["status"] == "FAILED"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        r'{"messages": [{"role": "assistant", "content": "\ud800"}]}',
        '{"messages": [{"role": "user", "content": "x"}]}',
        '{"messages": [{"role": "nobody", "content": "x"}]}',
        '{"messages": ["x"]}',
        '{"messages": [{"role": "assistant", "content": 5}]}',
    ],
)
def test_wrong_samples_fail_validation(
    server: RunningServer,
    api: httpx.Client,
    create: Create,
    upload: Callable[..., str],
    text: str,
) -> None:
    files = [{"file_id": upload(text=text)}]
    job = create(training_files=files, auto_start=True)
    server.clock.advance(HOUR_S)
    failed = read(api, job)
    assert failed["status"] == "FAILED_VALIDATION"
    assert failed["events"][-1]["data"]["error"]
    answer = create(training_files=files, dry_run=True)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "training_files"]


@pytest.mark.parametrize(("tolerated", "status"), [(0.5, 200), (0.4, 422)])
def test_some_wrong_samples_are_skipped(
    create: Create, upload: Callable[..., str], tolerated: float, status: int
) -> None:
    files = [{"file_id": upload(SAMPLE, {})}]
    answer = create(training_files=files, dry_run=True, invalid_sample_skip_percentage=tolerated)
    assert answer.status_code == status


def test_validation_files_are_not_trained_with(
    server: RunningServer, api: httpx.Client, create: Create, upload: Callable[..., str]
) -> None:
    more = upload(SAMPLE, SAMPLE)
    alone, watched = (create(**each).json() for each in ({}, {"validation_files": [more]}))
    assert watched["metadata"]["data_tokens"] == alone["metadata"]["data_tokens"] > 0
    empty = [{"file_id": upload(text=" ")}]
    job = create(training_files=empty, validation_files=[more], auto_start=True)
    server.clock.advance(HOUR_S)
    failed = read(api, job)
    assert failed["status"] == "FAILED_VALIDATION"
    assert failed["events"][-1]["data"]["error"] == "there are no training samples"


def test_wrong_validation_samples_fail_validation(
    create: Create, upload: Callable[..., str]
) -> None:
    answer = create(dry_run=True, validation_files=[upload({})])
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "validation_files"]


@pytest.mark.parametrize("labels", [None, {}, {"topic": "other"}, {"mood": "billing"}])
def test_labels_are_those_of_the_targets(
    create: Create, upload: Callable[..., str], labels: object
) -> None:
    files = [{"file_id": upload({"text": "x", "labels": labels})}]
    answer = create(training_files=files, dry_run=True, classifier_targets=TARGETS)
    assert answer.status_code == 422


def test_a_training_file_is_found_in_whatever_case_its_id_is_written(
    create: Create, upload: Callable[..., str]
) -> None:
    shouted = upload().upper()
    assert create(training_files=[{"file_id": shouted}]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"training_files": [{"file_id": NOBODY}]}, ["body", "training_files", 0]),
        ({"validation_files": [NOBODY]}, ["body", "validation_files", 0]),
        ({"model": "mistral-large-latest"}, ["body", "model"]),
        ({"model": "no-such-model"}, ["body", "model"]),
        ({"job_type": "classifier"}, ["body", "classifier_targets"]),
        (
            {"job_type": "completion", "classifier_targets": TARGETS},
            ["body", "classifier_targets"],
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(
    create: Create, fields: dict[str, Any], place: list[str | int]
) -> None:
    answer = create(**fields)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == place


def test_dry_run_estimates_and_creates_nothing(api: httpx.Client, create: Create) -> None:
    answer = create(dry_run=True, hyperparameters={"epochs": 2}).json()
    assert answer["training_steps"] == 1
    assert answer["expected_duration_seconds"] == 2
    assert find(api) == []


@pytest.mark.parametrize("steps", [10**9, 10**30])
def test_long_trainings_end_within_the_hour(
    server: RunningServer, api: httpx.Client, create: Create, steps: int
) -> None:
    job = create(hyperparameters={"training_steps": steps}, auto_start=True)
    server.clock.advance(2 * HOUR_S)
    assert read(api, job)["status"] == "SUCCESS"


def test_list_is_filtered(
    server: RunningServer, api: httpx.Client, colleague: httpx.Client, create: Create
) -> None:
    report = {"type": "wandb", "project": "p", "name": "n", "api_key": "k" * 40}
    first = create(suffix="one", integrations=[report], auto_start=False).json()["id"]
    server.clock.advance(HOUR_S)
    between = "2026-01-01T00:30:00Z"
    second = create(model="ministral-3b-latest", suffix="two").json()["id"]
    assert find(api) == [second, first]
    assert find(api, suffix="one") == find(api, wandb_project="p") == [first]
    assert find(api, wandb_name="n") == find(api, status="VALIDATED") == [first]
    assert find(api, created_before=between) == find(api, model="open-mistral-7b") == [first]
    assert find(api, created_after=between) == find(api, status="QUEUED") == [second]
    assert find(api, page=1, page_size=1) == [first]
    assert find(colleague) == [second, first]
    assert find(colleague, created_by_me=True) == []


def test_times_outside_the_calendar_are_refused(api: httpx.Client) -> None:
    wrong = api.get(JOBS, params={"created_after": "0001-01-01T00:00:00+14:00"})
    assert wrong.status_code == 422


def test_secrets_are_not_shown(create: Create) -> None:
    answer = create(
        integrations=[{"type": "wandb", "project": "p", "api_key": "s" * 40}],
        repositories=[{"type": "github", "name": "n", "owner": "o", "token": "secret-token"}],
    )
    assert "s" * 40 not in answer.text
    assert "secret-token" not in answer.text
    assert len(answer.json()["repositories"][0]["commit_id"]) == 40


def test_jobs_are_of_their_workspace(neighbour: httpx.Client, create: Create) -> None:
    path = f"{JOBS}/{create().json()['id']}"
    assert find(neighbour) == []
    codes = [neighbour.get(path), neighbour.post(f"{path}/start"), neighbour.post(f"{path}/cancel")]
    assert [answer.status_code for answer in codes] == [404, 404, 404]
