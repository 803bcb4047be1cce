"""What a request for a job asks for, checked against the files and models that there are."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import judgement
from mistral_mock.completion import catalogue
from mistral_mock.errors import Problem, invalid, invalid_field
from mistral_mock.resources import files
from mistral_mock.resources.fine_tuning import estimates, training
from mistral_mock.resources.tuned_models import CLASSIFIER, COMPLETION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mistral_mock.context import Context
    from mistral_mock.resources.fine_tuning.training import Data

CAPABILITY = "fine_tuning"
USUAL = {
    "training_steps": None,
    "learning_rate": 0.0001,
    "weight_decay": 0.1,
    "warmup_fraction": 0.05,
    "epochs": None,
    "seq_len": None,
}
USUAL_OF_COMPLETION = {**USUAL, "fim_ratio": 0.9}
"""The document's defaults."""
COMMIT_BYTES = 20


@frozen
class Order:
    """A job as it is asked for; `settings` are the job's own fields."""

    settings: dict[str, Any]
    data: Data
    """What it trains with."""
    flawed: str
    """The field whose files cannot be used; empty when all can."""
    flaw: str
    """Why they cannot."""
    steps: int


def read_order(ctx: Context) -> Order:
    """Return the job that the body asks for.

    Raises:
        APIError: 422, a file is not there, the model cannot be tuned, or targets and type of the
            job do not go together.

    """
    body = ctx.body
    check_model(body["model"])
    files_ = [each["file_id"].lower() for each in body.get("training_files", ())]
    contents = read_files(ctx, "training_files", files_)
    others = body.get("validation_files")
    unseen = None if others is None else tuple(each.lower() for each in others)
    judging = read_files(ctx, "validation_files", unseen or ())
    job_type, targets = read_targets(body, contents)
    tolerated = body.get("invalid_sample_skip_percentage", 0)
    data = training.read_data(contents, job_type, targets, tolerated)
    flawed, flaw = training.find_flaw(
        data, training.read_data(judging, job_type, targets, tolerated)
    )
    hyperparameters = read_hyperparameters(body, job_type)
    settings = {
        "model": body["model"],
        "job_type": job_type,
        "training_files": tuple(files_),
        "validation_files": unseen,
        "suffix": body.get("suffix"),
        "auto_start": body.get("auto_start", True),
        "integrations": read_integrations(body.get("integrations")),
        "repositories": read_repositories(body.get("repositories")),
        "hyperparameters": hyperparameters,
        "targets": targets,
    }
    return Order(settings, data, flawed, flaw, estimates.find_steps(hyperparameters, data.tokens))


def check_model(name: str) -> None:
    """Pass when the model can be tuned.

    Raises:
        APIError: 422, it does not exist or cannot.

    """
    model = catalogue.find_model(name)
    if model is None or CAPABILITY not in model.capabilities:
        raise invalid_field("model", f"Model {name} cannot be fine-tuned", name)


def read_targets(
    body: Mapping[str, Any], contents: Iterable[tuple[str, bytes]]
) -> tuple[str, tuple[dict[str, Any], ...]]:
    """Return the type of a job, and a classifier's targets: as asked for, or else of its files.

    Raises:
        APIError: 422, a classifier has no targets, or something else has some.

    """
    given = body.get("classifier_targets")
    job_type = body.get("job_type") or (CLASSIFIER if given else COMPLETION)
    if job_type == CLASSIFIER:
        given = given or training.find_targets(contents)
    if (job_type == CLASSIFIER) != bool(given):
        told = f"A job of type {job_type} has {'no' if given else 'some'} classifier_targets"
        raise invalid_field("classifier_targets", f"Value error, {told}")
    return job_type, tuple(read_target(each) for each in given or ())


def read_target(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target with all its fields."""
    return {
        "name": raw["name"],
        "labels": raw["labels"],
        "weight": raw.get("weight", 1.0),
        "loss_function": raw.get("loss_function") or "single_class",
    }


def read_files(ctx: Context, field: str, ids: Iterable[str]) -> list[tuple[str, bytes]]:
    """Return the names and bytes of files.

    Raises:
        APIError: 422, one is not there or not the caller's to read.

    """
    return [read_file(ctx, (field, place), id_) for place, id_ in enumerate(ids)]


def read_file(ctx: Context, place: tuple[str, int], id_: str) -> tuple[str, bytes]:
    """Return the name and bytes of one file."""
    file = files.look_up(ctx, id_)
    if file is None:
        raise invalid(Problem(("body", *place), f"File {id_} not found", input=id_))
    return file.filename, files.read_content(ctx, file)


def read_hyperparameters(body: Mapping[str, Any], job_type: str) -> dict[str, Any]:
    """Return all hyperparameters: as sent, else the document's defaults."""
    usual = USUAL if job_type == CLASSIFIER else USUAL_OF_COMPLETION
    return {name: body["hyperparameters"].get(name, default) for name, default in usual.items()}


def read_integrations(given: list[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Return where the job reports to, without the key; nothing is ever sent there."""
    if given is None:
        return None
    return [
        {
            "type": "wandb",
            "project": each["project"],
            "name": each.get("name"),
            "run_name": each.get("run_name"),
            "url": None,
        }
        for each in given
    ]


def read_repositories(given: list[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the repositories to train on, without the token.

    Nothing is ever fetched from there.
    """
    return [
        {
            "type": "github",
            "name": each["name"],
            "owner": each["owner"],
            "ref": each.get("ref"),
            "weight": each.get("weight", 1.0),
            "commit_id": make_commit(each),
        }
        for each in given or ()
    ]


def make_commit(repository: Mapping[str, Any]) -> str:
    """40 hex digits that follow from what the repository is called."""
    named = f"{repository['owner']}/{repository['name']}@{repository.get('ref')}"
    return blake2b(named.encode("utf-8", "surrogatepass"), digest_size=COMMIT_BYTES).hexdigest()


def teach(data: Data) -> dict[str, dict[str, dict[str, int]]]:
    """Return what a classifier learns from the samples."""
    return judgement.learn((sample.text, sample.labels) for sample in data.samples)
